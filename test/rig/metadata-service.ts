import { createServer, type IncomingMessage, type Server } from 'node:http';
import { bridgeTo, listenOnLoopback, portOf } from './loopback-server.ts';

/** A request as the service got it. Names of headers are in lower case. */
export interface MetadataRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

export type MetadataAnswer =
  | string
  | { readonly status?: number; readonly headers?: { readonly [name: string]: string }; readonly body?: string | Uint8Array }
  /** The connection is kept and nothing said. */
  | 'silence';

/** A cloud's metadata service, as data. What it does not know it answers with 404. */
export interface MetadataService {
  /** Default: 169.254.169.254, at port 80. */
  readonly address?: string;
  /** Further addresses, at port 80, whose questions it answers too. The first network's range (`networks`) must hold all of them. */
  readonly also?: readonly string[];
  /** Answers by path (with its query), or a function where it takes more than a table. */
  readonly answers: { readonly [path: string]: MetadataAnswer } | ((request: MetadataRequest) => MetadataAnswer | undefined | Promise<MetadataAnswer | undefined>);
}

export const METADATA_ADDRESS = '169.254.169.254';

/** The service on a port of this host, and what it was asked. */
export class RunningMetadata {
  readonly requests: MetadataRequest[] = [];
  readonly #service: MetadataService;
  readonly #server: Server;

  private constructor(service: MetadataService) {
    this.#service = service;
    this.#server = createServer((request, response) => {
      void this.#take(request).then((answer) => {
        if (answer === 'silence') return;
        const { status = 200, headers = {}, body = '' } = typeof answer === 'string' ? { body: answer } : answer;
        response.writeHead(status, { connection: 'close', ...headers }).end(body);
      });
    });
  }

  static async start(service: MetadataService): Promise<RunningMetadata> {
    const running = new RunningMetadata(service);
    await listenOnLoopback(running.#server);
    return running;
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** What QEMU starts for each connection of the guest. */
  get command(): string {
    return bridgeTo(this.#server);
  }

  /** All requests as text: `METHOD /path`, then each header in a line `name: value`, then the body. */
  text(): string {
    return this.requests
      .map(({ method, path, headers, body }) => [`${method} ${path}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), ...(body === '' ? [] : ['', body]), ''].join('\n'))
      .join('\n');
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #take(message: IncomingMessage): Promise<MetadataAnswer> {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part as Buffer);
    const request: MetadataRequest = {
      method: message.method ?? 'GET',
      path: message.url ?? '/',
      headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(parts).toString('utf8'),
    };
    this.requests.push(request);
    const { answers } = this.#service;
    const answer = typeof answers === 'function' ? await answers(request) : Object.hasOwn(answers, request.path) ? answers[request.path] : undefined;
    return answer ?? { status: 404, body: 'not found\n' };
  }
}
