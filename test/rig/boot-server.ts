import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { bridgeTo, listenOnLoopback } from './loopback-server.ts';

/** Where a machine finds the server in its first network. */
export const BOOT_SERVER = { address: '10.0.2.100', port: 80 } as const;
/** What a network boot needs of a release. */
export const NETWORK_FILES = ['rancheros.ipxe', 'vmlinuz', 'initrd'] as const;

const ROOT = `http://${BOOT_SERVER.address}/os`;
/** What somebody who serves the files himself writes: the published script is used as it is. */
const START = `#!ipxe\nset base-url ${ROOT}\nchain \${base-url}/rancheros.ipxe\n`;

/** A release's files over plain HTTP on a port of this host, and a script that leads iPXE to the release's own. */
export class BootServer {
  readonly bootFile = `http://${BOOT_SERVER.address}/start.ipxe`;
  readonly #server: Server;

  private constructor(folder: string) {
    this.#server = createServer((request, response) => void serve(folder, request, response));
  }

  static async start(folder: string): Promise<BootServer> {
    const server = new BootServer(folder);
    await listenOnLoopback(server.#server);
    return server;
  }

  /** What QEMU starts for each connection of the guest. */
  get command(): string {
    return bridgeTo(this.#server);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

async function serve(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/start.ipxe') {
    response.writeHead(200, { 'content-length': START.length }).end(START);
    return;
  }
  const name = NETWORK_FILES.find((file) => request.url === `/os/${file}`);
  if (name === undefined) {
    response.writeHead(404, { 'content-length': 0 }).end();
    return;
  }
  const file = join(folder, name);
  response.writeHead(200, { 'content-length': (await stat(file)).size });
  if (request.method === 'HEAD') response.end();
  else createReadStream(file).pipe(response);
}
