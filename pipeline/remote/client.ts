import pLimit from 'p-limit';
import { type Digest, hexOf } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import { stopIfAborted } from '../core/interrupted.ts';
import type { Report } from '../core/ports.ts';
import type { Http } from '../fetch/http.ts';
import { SourceTrouble, type TroubleReason } from '../fetch/source-trouble.ts';
import { givenUp, type Purpose, wrongAnswer } from './notes.ts';

/** Where a remote cache is, and what opens it. */
export interface RemoteAddress {
  /** Without a name and password, and without a slash at the end. */
  readonly url: string;
  /** Value of the header of that name. */
  readonly authorization?: string | undefined;
}

export interface RemoteClientOptions {
  readonly address: RemoteAddress;
  readonly purpose: Purpose;
  readonly http: Http;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly limits?: AnswerLimits;
}

/** Milliseconds that an answer may take. */
export interface AnswerLimits {
  readonly answer: number;
  /** On top of that, for each byte that is expected. */
  readonly perByte: number;
  /** An answer without bytes to speak of that takes longer is as bad as none. */
  readonly slow: number;
}

/** Below 250 kB a second most steps are made faster than fetched. */
const LIMITS: AnswerLimits = { answer: 5000, perByte: 1 / 250, slow: 2000 };
const REQUESTS_AT_ONCE = 8;
const GIVE_UP_AFTER = 3;

/** `ac` holds results by the keys of their steps, `cas` bytes by their digests (Bazel's HTTP cache protocol). */
type Part = 'ac' | 'cas';

/** One thing that is asked of the server. */
interface Question<T> {
  readonly part: Part;
  readonly digest: Digest;
  /** For a person. */
  readonly name: string;
  /** Bytes that come or go; none to speak of when left out. */
  readonly size?: number | undefined;
  readonly ask: (request: { readonly url: string; readonly signal: AbortSignal }) => Promise<T>;
}

/**
 * Asks a remote cache, in bounded time. Whatever it answers, or does not, is an answer or undefined; only trouble of this machine and an
 * interruption are thrown. A server that fails some times in a row is not asked again, which is said once.
 */
export class RemoteClient {
  readonly #options: RemoteClientOptions;
  readonly #limits: AnswerLimits;
  readonly #limit = pLimit(REQUESTS_AT_ONCE);
  #failures = 0;
  #isWrongTold = false;
  #reason: string | undefined;

  constructor(options: RemoteClientOptions) {
    this.#options = options;
    this.#limits = options.limits ?? LIMITS;
  }

  get url(): string {
    return this.#options.address.url;
  }

  /** Why the server is not asked any more; undefined as long as it is. */
  get whyGivenUp(): string | undefined {
    return this.#reason;
  }

  /** What is read of the bytes of a file; undefined where there are none to be had. */
  read<T>(
    of: Omit<Question<T>, 'ask'>,
    take: (bytes: AsyncIterable<Uint8Array>) => Promise<T>,
    onProgress?: (received: number) => void,
  ): Promise<T | undefined> {
    const { http, address } = this.#options;
    const { authorization } = address;
    const ask: Question<T>['ask'] = ({ url, signal }) =>
      take(http.bytes({ url, size: of.size, signal, authorization, onProgress, pauses: [] }));
    return this.#answer({ ...of, ask });
  }

  /** Whether the server says that it has a file. */
  async has(of: { readonly part: Part; readonly digest: Digest; readonly name: string }): Promise<boolean> {
    return (await this.#answer({ ...of, ask: (request) => this.#call('HEAD', request) })) === true;
  }

  /** Whether the server took a file. */
  async write(
    of: Omit<Question<true>, 'ask' | 'size'>,
    body: { readonly size: number; readonly bytes: AsyncIterable<Uint8Array> },
  ): Promise<boolean> {
    const ask: Question<true>['ask'] = (request) => this.#call('PUT', request, body);
    return (await this.#answer({ ...of, size: body.size, ask })) === true;
  }

  async #call(
    method: 'HEAD' | 'PUT',
    request: { readonly url: string; readonly signal: AbortSignal },
    body?: { readonly size: number; readonly bytes: AsyncIterable<Uint8Array> },
  ): Promise<true> {
    const { http, address } = this.#options;
    await http.call({ ...request, method, authorization: address.authorization, ...(body ? { body } : {}) });
    return true;
  }

  #answer<T>({ part, digest, name, size, ask }: Question<T>): Promise<T | undefined> {
    const { address, signal } = this.#options;
    return this.#limit(async () => {
      stopIfAborted(signal);
      if (this.#reason !== undefined) return undefined;
      const milliseconds = this.#limits.answer + (size ?? 0) * this.#limits.perByte;
      const time = boundedTime(milliseconds, signal);
      const started = performance.now();
      try {
        const answer = await ask({ url: `${address.url}/${part}/${hexOf(digest)}`, signal: time.signal });
        this.#answered(size === undefined ? performance.now() - started : 0);
        return answer;
      } catch (error) {
        stopIfAborted(signal);
        const timeout = time.signal.aborted ? `it gave no whole answer within ${seconds(milliseconds)}` : undefined;
        if (timeout === undefined && isMissing(error)) this.#answered(performance.now() - started);
        else this.#take(error, name, timeout);
        return undefined;
      } finally {
        time.end();
      }
    });
  }

  /** An answer that is one, also that there is nothing, after so many milliseconds. */
  #answered(taken: number): void {
    if (taken > this.#limits.slow) this.#failed(`it took ${seconds(taken)} to answer`);
    else this.#failures = 0;
  }

  /** Judges what went wrong with one answer; trouble of this machine is thrown on. */
  #take(error: unknown, name: string, timeout: string | undefined): void {
    const trouble = troubleOf(error);
    if (timeout !== undefined) this.#failed(timeout);
    else if (!trouble) throw error;
    else if (trouble.reason === 'refused') this.#giveUp(trouble.says);
    else {
      if (trouble.reason === 'wrong' && !this.#isWrongTold) {
        this.#isWrongTold = true;
        this.#warn(wrongAnswer(this.url, name, trouble.says));
      }
      this.#failed(trouble.says);
    }
  }

  #failed(reason: string): void {
    this.#failures++;
    if (this.#failures >= GIVE_UP_AFTER) this.#giveUp(reason);
  }

  #giveUp(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#warn(givenUp(this.url, this.#options.purpose, reason));
  }

  #warn(message: string): void {
    this.#options.report({ type: 'note', level: 'warning', message });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof SourceTrouble && error.reason === 'missing';
}

/** What the server did; undefined where it was not the server. */
function troubleOf(error: unknown): { readonly reason: TroubleReason; readonly says: string } | undefined {
  if (error instanceof SourceTrouble) return { reason: error.reason, says: error.message };
  if (!(error instanceof BuildError) || error.failures[0].kind !== 'wrong-bytes') return undefined;
  return { reason: 'wrong', says: error.failures[0].evidence ?? error.message };
}

/** A signal that is given after a time, or with another one. */
function boundedTime(
  milliseconds: number,
  outer: AbortSignal,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, milliseconds);
  outer.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
