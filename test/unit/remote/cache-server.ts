import type { IncomingMessage, ServerResponse } from 'node:http';
import { digestOf } from '../../../pipeline/core/digest.ts';
import { type Answer, startLiar } from '../fetch/liar.ts';

/** A server of Bazel's HTTP cache protocol in memory, that a test can make lie. */
export interface CacheServer {
  readonly origin: string;
  /** What it holds, by path. */
  readonly files: Map<string, Buffer>;
  /** Requests as `GET /ac/…`, with short names. */
  readonly requests: string[];
  readonly authorizations: (string | undefined)[];
  close(): Promise<void>;
}

/** `lie` answers a request instead of the server where it returns true. */
export async function startCacheServer(lie: (request: IncomingMessage, response: ServerResponse, files: ReadonlyMap<string, Buffer>) => boolean = () => false): Promise<CacheServer> {
  const files = new Map<string, Buffer>();
  const requests: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const answer: Answer = (request, response) => {
    const path = request.url ?? '';
    requests.push(`${request.method} ${path.slice(0, 12)}`);
    authorizations.push(request.headers.authorization);
    if (lie(request, response, files)) return;
    if (request.method === 'PUT') {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        files.set(path, Buffer.concat(pieces));
        response.writeHead(201).end();
      });
      return;
    }
    const bytes = files.get(path);
    if (!bytes) response.writeHead(404).end('no such file');
    else response.writeHead(200, { 'content-length': bytes.length }).end(request.method === 'HEAD' ? undefined : bytes);
  };
  const { origin, close } = await startLiar(answer);
  return { origin, files, requests, authorizations, close };
}

/** Whether all bytes that a server holds below `/cas/` have the digests of their names. */
export function isSound(files: ReadonlyMap<string, Buffer>): boolean {
  return [...files].every(([path, bytes]) => !path.startsWith('/cas/') || digestOf(bytes) === `sha256:${path.slice(5)}`);
}
