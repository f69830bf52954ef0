import type { Digest } from '../core/digest.ts';
import { BuildError, type FailureKind } from '../core/failure.ts';
import { stopIfAborted } from '../core/interrupted.ts';
import type { BlobStore, Report } from '../core/ports.ts';
import type { Blob } from '../core/step.ts';
import type { Http } from './http.ts';
import { shownUrl } from './shown-url.ts';
import type { Attempt, SourceHealth } from './source-health.ts';
import { SourceTrouble } from './source-trouble.ts';

export interface VerifiedDownloadOptions {
  /** What a person reads in progress and errors. */
  readonly name: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Addresses to try, best first. */
  readonly addresses: AsyncIterable<Address>;
  readonly http: Http;
  readonly store: BlobStore;
  readonly health: SourceHealth;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Where the bytes may be. */
export interface Address {
  readonly url: string;
  /** What stands or falls together, e.g. a mirror: after three vain tries in a row it is left alone. */
  readonly source: string;
}

export type DownloadOutcome =
  | { readonly ok: true; readonly blob: Blob }
  | { readonly ok: false; readonly attempts: readonly Attempt[] };

/** Bytes between two progress events. */
const PROGRESS_STEP = 256 * 1024;

/**
 * Brings pinned bytes into the store from the first address that has them. Other bytes are refused by the store, leave no
 * trace, and the next address is tried. Expected trouble comes back as a value; what else goes wrong (disk, stop) is thrown.
 */
export async function downloadVerified(options: VerifiedDownloadOptions): Promise<DownloadOutcome> {
  const { name, size, health, report, signal } = options;
  const attempts: Attempt[] = [];
  let isStarted = false;
  for await (const { url, source } of options.addresses) {
    stopIfAborted(signal);
    if (health.isGivenUp(source)) {
      attempts.push({ url, reason: 'unreachable', message: 'was unreachable three times before' });
      continue;
    }
    if (!isStarted) report({ type: 'download-start', name, bytes: size });
    isStarted = true;
    try {
      const blob = await fetchOnce(url, options);
      health.gave(source);
      report({ type: 'download-end', name, bytes: size });
      return { ok: true, blob };
    } catch (error) {
      const attempt = attemptOf(url, error);
      if (!attempt) throw error;
      attempts.push(attempt);
      health.failed(source, attempt, { name, report });
    }
  }
  return { ok: false, attempts };
}

async function fetchOnce(
  url: string,
  { http, store, name, digest, size, report, signal }: VerifiedDownloadOptions,
): Promise<Blob> {
  let told = 0;
  const onProgress = (received: number): void => {
    if (received - told < PROGRESS_STEP && received !== size) return;
    told = received;
    report({ type: 'download-progress', name, received, bytes: size });
  };
  return store.put(http.bytes({ url, size, onProgress, signal }), { digest, size });
}

function attemptOf(url: string, error: unknown): Attempt | undefined {
  if (error instanceof SourceTrouble) return { url, reason: error.reason, message: error.message };
  if (error instanceof BuildError && error.failures[0].kind === 'wrong-bytes') {
    return { url, reason: 'wrong', message: error.failures[0].evidence ?? error.message };
  }
  return undefined;
}

/** One line per address that was tried. */
export function attemptsText(attempts: readonly Attempt[]): string {
  return attempts.length === 0
    ? 'no source is known'
    : attempts.map(({ url, message }) => `${shownUrl(url)}: ${message}`).join('\n');
}

/** Wrong bytes weigh more than an address that is silent. */
export function kindOf(attempts: readonly Attempt[]): FailureKind {
  return attempts.some(({ reason }) => reason === 'wrong') ? 'wrong-bytes' : 'network';
}
