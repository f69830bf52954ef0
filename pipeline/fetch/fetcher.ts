import pLimit from 'p-limit';
import { BuildError, unreachable } from '../core/failure.ts';
import type { BlobStore, Fetcher, Report } from '../core/ports.ts';
import type { Blob, Input, PackagePin, UrlPin } from '../core/step.ts';
import type { ArchiveSources } from './archive-sources.ts';
import type { Http } from './http.ts';
import * as messages from './messages.ts';
import { PackageGone } from './package-gone.ts';
import { fetchRepository } from './repository.ts';
import { type Attempt, SourceHealth } from './source-health.ts';
import { type Address, downloadVerified, kindOf } from './verified-download.ts';

export interface FetcherOptions {
  /** Absolute path of the project's top folder, for inputs that lie in it. */
  readonly top: string;
  /** The same of a project of one's own. */
  readonly productTop?: string | undefined;
  readonly store: BlobStore;
  readonly http: Http;
  readonly sources: ArchiveSources;
  /** Downloads at a time; 8 when left out. */
  readonly parallel?: number;
}

interface FetchContext {
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** The fetcher for all three kinds of input. What is in the store already costs one `stat` and no connection. */
export function createFetcher(options: FetcherOptions): Fetcher {
  const { store, http, sources } = options;
  const limit = pLimit(options.parallel ?? 8);
  const health = new SourceHealth();
  const running = new Map<string, Promise<Blob>>();

  const download = async (pin: PackagePin | UrlPin, context: FetchContext): Promise<Blob> => {
    if (await store.has(pin.digest)) return { digest: pin.digest, size: pin.size };
    const known = running.get(pin.digest);
    if (known) return known;
    const work = limit(async () => {
      const { name, digest, size } = pin;
      const addresses = pin.from === 'debian' ? packageAddresses(pin, sources, context.signal) : urlAddresses(pin);
      const outcome = await downloadVerified({ name, digest, size, addresses, http, store, health, ...context });
      if (outcome.ok) return outcome.blob;
      throw pin.from === 'debian'
        ? packageTrouble(pin, outcome.attempts)
        : new BuildError(messages.pinnedFileNotFetched(pin.name, outcome.attempts));
    }).finally(() => running.delete(pin.digest));
    running.set(pin.digest, work);
    return work;
  };

  return {
    fetch: async (input: Input, context) => {
      switch (input.from) {
        case 'debian':
        case 'url':
          return download(input, context);
        case 'repository':
          return fetchRepository(input, {
            top: input.of === 'product' ? (options.productTop ?? options.top) : options.top,
            store,
            signal: context.signal,
          });
        default:
          return unreachable(input);
      }
    },
  };
}

async function* packageAddresses(
  pin: PackagePin,
  sources: ArchiveSources,
  signal: AbortSignal,
): AsyncGenerator<Address, void, undefined> {
  for await (const { base } of sources(pin.archive, signal))
    yield { url: addressOf(base, pin.path), source: new URL(base).origin };
}

/** The address of a file below an archive's root. `+` is quoted as apt does: object stores take a bare one for a blank. */
export function addressOf(base: string, file: string): string {
  return `${base}/${file.replaceAll('+', '%2b')}`;
}

async function* urlAddresses(pin: UrlPin): AsyncGenerator<Address, void, undefined> {
  for (const url of pin.urls) yield { url, source: new URL(url).origin };
}

function packageTrouble(pin: PackagePin, attempts: readonly Attempt[]): BuildError {
  const isGone = kindOf(attempts) === 'network' && attempts.some(({ reason }) => reason === 'missing');
  return isGone
    ? new PackageGone(pin, messages.packageGone(pin, attempts))
    : new BuildError(messages.packageNotFetched(pin, attempts));
}
