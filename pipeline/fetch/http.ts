import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { BuildError } from '../core/failure.ts';
import { interrupted } from '../core/interrupted.ts';
import { SourceTrouble } from './source-trouble.ts';

export interface HttpOptions {
  /** Where the proxies stand: `http_proxy`, `https_proxy`, `no_proxy`, in small or capital letters. */
  readonly environment: { readonly [name: string]: string | undefined };
  /** Milliseconds: until a connection stands, until the headers are here, between two pieces of a body. */
  readonly timeouts?: { readonly connect: number; readonly headers: number; readonly body: number };
  /** Milliseconds to wait before each further try; as many tries as entries, counted anew after every piece that came. */
  readonly pauses?: readonly number[];
}

export interface HttpRequest {
  readonly url: string;
  /** Bytes the body must have; a longer one is cut off at once. */
  readonly size?: number | undefined;
  /** Told the number of bytes so far after each piece. */
  readonly onProgress?: ((received: number) => void) | undefined;
  /** Instead of what stands in the address. Another host that it redirects to does not get it. */
  readonly authorization?: string | undefined;
  /** Instead of the client's own pauses; none means one try. */
  readonly pauses?: readonly number[] | undefined;
  readonly signal: AbortSignal;
}

/** One request without an answer to read. */
export interface HttpCall {
  readonly method: 'HEAD' | 'PUT';
  readonly url: string;
  /** What is sent: so many bytes, and the bytes. */
  readonly body?: { readonly size: number; readonly bytes: AsyncIterable<Uint8Array> };
  readonly authorization?: string | undefined;
  readonly signal: AbortSignal;
}

/** HTTP over kept connections, through the proxies of the environment. */
export interface Http {
  /**
   * Streams a body. A connection that breaks is taken up again where it stopped (`Range`), so the reader sees one unbroken
   * stream. Throws SourceTrouble, or a BuildError of kind `interrupted`.
   */
  bytes(request: HttpRequest): AsyncGenerator<Uint8Array, void, undefined>;
  /** One try, and no redirects. Throws SourceTrouble for anything but a 2xx answer, or a BuildError of kind `interrupted`. */
  call(request: HttpCall): Promise<void>;
  close(): Promise<void>;
}

const TIMEOUTS = { connect: 10_000, headers: 30_000, body: 30_000 } as const;
const PAUSES: readonly number[] = [250, 1000, 4000];
/** A server that gives a few bytes per connection is not worth more. */
const MAX_BREAKS = 20;

/** Opens nothing yet: undici is loaded with the first request, because most builds download nothing. */
export function createHttp(options: HttpOptions): Http {
  const timeouts = options.timeouts ?? TIMEOUTS;
  let loading: Promise<Client> | undefined;
  const client = (): Promise<Client> => (loading ??= loadClient(options.environment, timeouts.connect));

  async function* bytes(request: HttpRequest): AsyncGenerator<Uint8Array, void, undefined> {
    const { url, size, signal, authorization } = request;
    const pauses = request.pauses ?? options.pauses ?? PAUSES;
    let received = 0;
    let failures = 0;
    for (let breaks = 0; ; breaks += 1) {
      const before = received;
      try {
        for await (const chunk of open(await client(), { url, offset: received, timeouts, signal, authorization })) {
          received += chunk.byteLength;
          if (size !== undefined && received > size)
            throw new SourceTrouble('wrong', `gave more than the pinned ${size} bytes`);
          request.onProgress?.(received);
          yield chunk;
        }
        if (size === undefined || received === size) return;
        throw new SourceTrouble('wrong', `gave ${received} of the pinned ${size} bytes`);
      } catch (error) {
        if (signal.aborted) throw new BuildError(interrupted(), { cause: error });
        if (error instanceof SourceTrouble) throw error;
        if (received > before) failures = 0;
        const pause = pauses[failures];
        if (!isCurable(error) || pause === undefined || breaks >= MAX_BREAKS)
          throw new SourceTrouble('unreachable', reasonOf(error), { cause: error });
        failures += 1;
        await sleep(pause, undefined, { signal }).catch((cause: unknown) => {
          throw new BuildError(interrupted(), { cause });
        });
      }
    }
  }

  const call = async ({ method, url, body, authorization, signal }: HttpCall): Promise<void> => {
    try {
      const { request, agent } = await client();
      const answer = await request(url, {
        dispatcher: agent,
        method,
        headers: {
          'user-agent': USER_AGENT,
          ...authorized(url, authorization),
          ...(body ? { 'content-length': String(body.size) } : {}),
        },
        ...(body ? { body: Readable.from(body.bytes) } : {}),
        headersTimeout: timeouts.headers,
        bodyTimeout: timeouts.body,
        signal,
      });
      await answer.body.dump({ limit: DUMPED_BYTES }).catch(() => undefined);
      if (answer.statusCode < 200 || answer.statusCode > 299) throw statusTrouble(answer.statusCode);
    } catch (error) {
      if (error instanceof SourceTrouble) throw error;
      throw new SourceTrouble('unreachable', reasonOf(error), { cause: error });
    }
  };

  return { bytes, call, close: async () => (await loading)?.dispatcher.destroy() };
}

const USER_AGENT = 'rancheros-pipeline';
/** So much of an answer that nobody wants is read, to keep its connection. */
const DUMPED_BYTES = 64 * 1024;

interface Client {
  readonly request: typeof import('undici').request;
  /** Follows redirects. */
  readonly dispatcher: Dispatcher;
  /** Follows none. */
  readonly agent: Dispatcher;
}

async function loadClient(environment: HttpOptions['environment'], connectTimeout: number): Promise<Client> {
  const { EnvHttpProxyAgent, interceptors, request } = await import('./undici.ts');
  const agent = new EnvHttpProxyAgent({
    // The empty string says "none"; undefined would make undici read the environment of the process by itself.
    httpProxy: environment['http_proxy'] ?? environment['HTTP_PROXY'] ?? '',
    httpsProxy: environment['https_proxy'] ?? environment['HTTPS_PROXY'] ?? '',
    noProxy: environment['no_proxy'] ?? environment['NO_PROXY'] ?? '',
    // A tunnel to port 80 is what many proxies refuse; plain requests they know.
    proxyTunnel: false,
    connections: 8,
    connect: { timeout: connectTimeout },
  });
  return { request, agent, dispatcher: agent.compose(interceptors.redirect({ maxRedirections: 5 })) };
}

interface OpenOptions {
  readonly url: string;
  /** Bytes that are here already. */
  readonly offset: number;
  readonly timeouts: NonNullable<HttpOptions['timeouts']>;
  readonly authorization: string | undefined;
  readonly signal: AbortSignal;
}

async function* open(
  client: Client,
  { url, offset, timeouts, signal, authorization }: OpenOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { statusCode, headers, body } = await client.request(url, {
    dispatcher: client.dispatcher,
    headers: {
      'user-agent': USER_AGENT,
      // Compression on the way would break resuming, and packages are compressed already.
      'accept-encoding': 'identity',
      ...authorized(url, authorization),
      ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
    },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
    signal,
  });
  if (statusCode !== 200 && statusCode !== 206) {
    await body.dump({ limit: DUMPED_BYTES }).catch(() => undefined);
    throw statusTrouble(statusCode);
  }
  let skip = offset;
  if (statusCode === 206) {
    const start = /^bytes (\d+)-/.exec(String(headers['content-range'] ?? ''))?.[1];
    if (start === undefined || Number(start) !== offset) {
      body.destroy();
      throw new SourceTrouble('refused', `answered with another part of the file than the one from byte ${offset}`);
    }
    skip = 0;
  }
  for await (const piece of body) {
    const chunk = piece as Uint8Array;
    // A server without ranges starts again from the first byte.
    const dropped = Math.min(skip, chunk.byteLength);
    skip -= dropped;
    if (dropped < chunk.byteLength) yield dropped === 0 ? chunk : chunk.subarray(dropped);
  }
}

function authorized(url: string, authorization: string | undefined): { readonly authorization?: string } {
  const value = authorization ?? authorizationIn(url);
  return value === undefined ? {} : { authorization: value };
}

/** A name and password that stand in an address, as every browser sends them. Another host that it redirects to does not get them. */
export function authorizationIn(url: string): string | undefined {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** An answer that may be another one a moment later. */
class BusyAnswer extends Error {}

function statusTrouble(status: number): Error {
  if (status === 404 || status === 410) return new SourceTrouble('missing', `HTTP ${status}`);
  if (status >= 500 || status === 408 || status === 425 || status === 429) return new BusyAnswer(`HTTP ${status}`);
  return new SourceTrouble('refused', `HTTP ${status}`);
}

const CURABLE: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_SOCKET',
]);

/** A name that does not exist or a port where nobody listens will be the same in a second. */
function isCurable(error: unknown): boolean {
  if (error instanceof BusyAnswer) return true;
  const code = codeOf(error);
  return code !== undefined && CURABLE.has(code);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return String(error.code);
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  return message !== '' ? message : (code ?? 'no answer');
}
