import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What a server answers to `METHOD /path`; everything else is 404. */
export interface Route {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Headers without which it answers 401. */
  readonly needs?: Readonly<Record<string, string>>;
  /** A regular expression; it answers 400 to a body that does not match. */
  readonly takes?: string;
  /** Headers with which it answers 400. */
  readonly refuses?: readonly string[];
  /** `never`: takes the question and says nothing. `drip`: begins to answer and never ends. */
  readonly pace?: 'never' | 'drip';
}

export type Routes = Readonly<Record<string, Route | string>>;

export interface Server {
  readonly origin: string;
  /** Lines `METHOD /path`, in the order in which they came. */
  readonly asked: () => Promise<readonly string[]>;
  readonly stop: () => Promise<unknown>;
}

/** Runs in a thread of its own: whoever asks waits for curl and answers nobody meanwhile. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const asked = [];
const server = require('node:http').createServer((request, response) => {
  const line = request.method + ' ' + request.url;
  asked.push(line);
  const given = workerData[line];
  const route = typeof given === 'string' ? { body: given } : given;
  const miss = (status) => { response.statusCode = status; response.end('refused'); };
  if (route === undefined) return miss(404);
  for (const [name, value] of Object.entries(route.needs ?? {})) if (request.headers[name.toLowerCase()] !== value) return miss(401);
  for (const name of route.refuses ?? []) if (request.headers[name.toLowerCase()] !== undefined) return miss(400);
  if (route.takes !== undefined) {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => new RegExp(route.takes).test(body) ? response.writeHead(route.status ?? 200).end() : miss(400));
    return;
  }
  if (route.pace === 'never') return;
  response.writeHead(route.status ?? 200, route.headers ?? {});
  if (route.pace === 'drip') { response.write('#cloud-config\\n'); setInterval(() => response.write('#'), 100).unref(); return; }
  response.end(route.body === undefined ? '' : Buffer.from(route.body));
});
parentPort.on('message', () => parentPort.postMessage(asked));
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

export async function serve(routes: Routes): Promise<Server> {
  const worker = new Worker(PROGRAM, { eval: true, workerData: routes });
  const [port] = await once(worker, 'message');
  return {
    origin: `http://127.0.0.1:${port}`,
    asked: async () => {
      worker.postMessage('asked');
      const [lines] = await once(worker, 'message');
      return lines as string[];
    },
    stop: () => worker.terminate(),
  };
}

/** Runs work beside a server; addresses of all hosts lead to it. */
export async function beside<T>(routes: Routes, work: (at: (url: string) => string, server: Server) => T | Promise<T>): Promise<T> {
  const server = await serve(routes);
  try {
    return await work((url) => url.replace(/^https?:\/\/[^/]+/, server.origin), server);
  } finally {
    await server.stop();
  }
}
