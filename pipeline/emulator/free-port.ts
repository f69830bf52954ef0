import { createServer } from 'node:net';

/** A TCP port of this host that nobody listens on: `wanted` if it is free, else any. */
export async function freePort(wanted?: number): Promise<number> {
  return (wanted !== undefined && (await portOf(wanted))) || (await portOf(0)) || 0;
}

function portOf(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
