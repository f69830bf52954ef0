import { type Duplex, Readable } from 'node:stream';
import type { Dispatcher, Pool } from 'undici';

/** An answer of the daemon that is no success. */
export class DaemonError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'DaemonError';
    this.status = status;
  }
}

interface DaemonRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly json?: object;
  /** A tar that is sent as it is read. */
  readonly tar?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
}

/** The Docker Engine API over a local socket. What it is asked takes as long as it takes: a step has a limit of its own. */
export class DockerApi {
  readonly socket: string;
  #pool: Promise<Pool> | undefined;

  constructor(socket: string) {
    this.socket = socket;
  }

  #connections(): Promise<Pool> {
    this.#pool ??= connect(this.socket);
    return this.#pool;
  }

  /** Sends a request, and gives the answer as soon as its head is here. Throws a DaemonError with the daemon's words. */
  async open({ method, path, json, tar, signal }: DaemonRequest): Promise<Dispatcher.ResponseData['body']> {
    const pool = await this.#connections();
    const type = json ? 'application/json' : tar ? 'application/x-tar' : undefined;
    const { statusCode, body } = await pool.request({
      method,
      path,
      headers: type === undefined ? {} : { 'content-type': type },
      body: json ? JSON.stringify(json) : tar ? Readable.from(tar) : null,
      signal: signal ?? null,
    });
    if (statusCode < 400) return body;
    throw new DaemonError(statusCode, messageOf(await body.text()));
  }

  async text(request: DaemonRequest): Promise<string> {
    return (await this.open(request)).text();
  }

  /** The answer as JSON; the shape is the caller's to say. */
  async json<T>(request: DaemonRequest): Promise<T> {
    return (await (await this.open(request)).json()) as T;
  }

  /** Attaches to the streams of a container: what it writes in frames, and its standard input. */
  async attach(path: string): Promise<Duplex> {
    const pool = await this.#connections();
    return (await pool.upgrade({ method: 'POST', path, protocol: 'tcp' })).socket;
  }

  async close(): Promise<void> {
    await (await this.#pool)?.destroy();
  }
}

async function connect(socketPath: string): Promise<Pool> {
  const { Pool } = await import('./undici.ts');
  return new Pool('http://docker', { socketPath, headersTimeout: 0, bodyTimeout: 0 });
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { readonly message?: string }).message ?? text;
  } catch {
    return text;
  }
}
