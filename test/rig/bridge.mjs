// Joins its standard input and output with a TCP port of this host: QEMU starts one per connection of the guest.
import { connect } from 'node:net';

const socket = connect(Number(process.argv[2]), '127.0.0.1');
socket.on('error', () => process.exit(1));
process.stdin.on('error', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));
process.stdin.pipe(socket);
socket.pipe(process.stdout);
