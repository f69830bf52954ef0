import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a test server saw. */
export interface Seen {
  readonly path: string;
  readonly range: string | undefined;
}

/** A real HTTP server on loopback that answers as a test wants it to. */
export interface Liar {
  readonly origin: string;
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

export type Answer = (request: IncomingMessage, response: ServerResponse, attempt: number) => void;

/** Starts a server; `attempt` counts the requests for one path from 1. */
export async function startLiar(answer: Answer): Promise<Liar> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    seen.push({ path, range: request.headers.range });
    answer(request, response, seen.filter((each) => each.path === path).length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends bytes, from where a range asks. */
export function honest(bytes: Uint8Array): Answer {
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > 0) response.writeHead(206, { 'content-length': bytes.length - from, 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
    else response.writeHead(200, { 'content-length': bytes.length });
    response.end(bytes.subarray(from));
  };
}

/** Says that there is nothing. */
export function missing(): Answer {
  return (_request, response) => {
    response.writeHead(404);
    response.end('no such file');
  };
}
