/**
 * Program of the small process between us and QEMU. Its standard input is a pipe that only we hold: when we end, however we
 * end (kill -9 included), it reads the end of that pipe and kills QEMU. Descriptors 3 and up are handed on to QEMU.
 * A string, because it must run by itself from inside our bundle.
 */
export const GUARDIAN_PROGRAM = `
const { spawn } = require('node:child_process');
const [descriptors, program, ...words] = process.argv.slice(1);
const stdio = ['ignore', 'inherit', 'inherit', ...Array(Number(descriptors)).fill('inherit')];
const child = spawn(program, words, { stdio });
let isAsked = false;
const end = () => { isAsked = true; child.kill('SIGKILL'); };
process.stdin.on('end', end).on('error', end).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
child.on('error', (error) => { process.stderr.write(String(error) + '\\n'); process.exit(127); });
child.on('exit', (code, signal) => {
  if (signal && !isAsked) process.stderr.write('killed by ' + signal + '\\n');
  process.exit(signal ? 137 : code);
});
`;
