import { readAptSources } from './apt-sources.ts';
import type { Http } from './http.ts';
import { SourceTrouble } from './source-trouble.ts';

/** Environment variable that names a Debian mirror, e.g. `http://mirror.example/debian`. */
export const MIRROR_VARIABLE = 'RANCHEROS_DEBIAN_MIRROR';

const SNAPSHOTS = 'https://snapshot.debian.org/archive';

/** What a source must carry to be asked for an archive's files. The archive's name is also that of its snapshots. */
export interface ArchiveIdentity {
  readonly suite: string;
  readonly codename: string;
  /** Times of snapshots that hold what is locked, newest first, as in `20260912T195541Z`. */
  readonly snapshots: readonly string[];
}

export interface ArchiveSourcesOptions {
  readonly http: Http;
  readonly archives: { readonly [name: string]: ArchiveIdentity };
  /** Address of a Debian mirror; the security archive is beside it, with `-security` at the end. */
  readonly mirror?: string | undefined;
  readonly environment: { readonly [name: string]: string | undefined };
  /** Where the host's apt is configured; `/etc/apt` when left out. */
  readonly aptFolder?: string | undefined;
  /** Address of the snapshot archive; for tests. */
  readonly snapshots?: string | undefined;
}

/** A place that may have an archive's files. */
export interface ArchiveSource {
  /** Address without a trailing slash; files lie below it. */
  readonly base: string;
  readonly isSnapshot: boolean;
}

/** Where an archive's files can be had, best first. What a later source costs to find is paid when it is reached. */
export type ArchiveSources = (archive: string, signal: AbortSignal) => AsyncGenerator<ArchiveSource, void, undefined>;

/**
 * The mirror that the user names, by option or else by environment; then the host's own apt sources, where one of them carries
 * the suite (asked once per run, and only when needed); then the snapshot archive. Whose bytes they are does not matter: all are
 * checked against the lock.
 */
export function createArchiveSources(options: ArchiveSourcesOptions): ArchiveSources {
  const named = options.mirror ?? options.environment[MIRROR_VARIABLE];
  const hostMirrors = new Map<string, Promise<string | undefined>>();
  const hostMirror = (archive: string, identity: ArchiveIdentity): Promise<string | undefined> => {
    const known = hostMirrors.get(archive);
    if (known) return known;
    const probing = findHostMirror({ http: options.http, identity, aptFolder: options.aptFolder ?? '/etc/apt' });
    hostMirrors.set(archive, probing);
    return probing;
  };
  return async function* sources(archive, signal) {
    const identity = options.archives[archive];
    if (!identity) throw new RangeError(`no archive ${archive} in the lock`);
    const mirror = named === undefined || named === '' ? undefined : mirrorOf(named, archive);
    if (mirror !== undefined) yield { base: mirror, isSnapshot: false };
    signal.throwIfAborted();
    const host = await hostMirror(archive, identity);
    if (host !== undefined && host !== mirror) yield { base: host, isSnapshot: false };
    for (const time of identity.snapshots)
      yield { base: `${options.snapshots ?? SNAPSHOTS}/${archive}/${time}`, isSnapshot: true };
  };
}

/** `…/debian` holds `debian`, `…/debian-security` beside it holds `debian-security`. */
function mirrorOf(named: string, archive: string): string {
  return `${named.replace(/\/+$/, '')}${archive.slice('debian'.length)}`;
}

async function findHostMirror(options: {
  readonly http: Http;
  readonly identity: ArchiveIdentity;
  readonly aptFolder: string;
}): Promise<string | undefined> {
  const addresses = await readAptSources(options.aptFolder);
  // Whoever answers first: a dead address among the host's sources must not hold up the build.
  const answers = addresses.map(async (address) => {
    if (await carries(address, options)) return address;
    throw new SourceTrouble('missing', `${address} does not carry ${options.identity.suite}`);
  });
  return Promise.any(answers).catch((error: unknown) => {
    const reasons: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    const bug = reasons.find((reason) => !(reason instanceof SourceTrouble));
    if (bug !== undefined) throw bug;
    return undefined;
  });
}

/** Enough for the first fields of a Release file. */
const PROBE_BYTES = 2048;
const PROBE_MILLISECONDS = 15_000;

/** The text is not trusted here: it only says whether asking is worth while. */
async function carries(
  address: string,
  { http, identity }: { readonly http: Http; readonly identity: ArchiveIdentity },
): Promise<boolean> {
  const signal = AbortSignal.timeout(PROBE_MILLISECONDS);
  let text = '';
  try {
    for await (const chunk of http.bytes({ url: `${address}/dists/${identity.suite}/InRelease`, pauses: [], signal })) {
      text += Buffer.from(chunk).toString('latin1');
      if (text.length >= PROBE_BYTES) break;
    }
  } catch (error) {
    if (error instanceof SourceTrouble || signal.aborted) return false;
    throw error;
  }
  return text.split('\n').includes(`Codename: ${identity.codename}`);
}
