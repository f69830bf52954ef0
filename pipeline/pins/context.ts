import path from 'node:path';
import type { BlobStore, Fetcher, Report } from '../core/ports.ts';
import type { Arch } from '../core/step.ts';
import { type ArchiveSources, createArchiveSources } from '../fetch/archive-sources.ts';
import { createFetcher } from '../fetch/fetcher.ts';
import type { Http } from '../fetch/http.ts';
import type { Lock } from './lock.ts';
import { snapshotTime } from './release.ts';
import type { PackageRequest } from './request.ts';

/** What looking after the pins needs of the world. */
export interface PinsOptions {
  /** Absolute path of the project's top folder; `targets/` lies in it. */
  readonly projectFolder: string;
  readonly store: BlobStore;
  readonly http: Http;
  /** Address of a Debian mirror that goes before all others. */
  readonly mirror?: string | undefined;
  readonly environment: { readonly [name: string]: string | undefined };
  /** Where the host's apt is configured; `/etc/apt` when left out. */
  readonly aptFolder?: string | undefined;
  /** Address of the snapshot archive; for tests. */
  readonly snapshots?: string | undefined;
  /** The present time: expired indexes and keys are refused by it. It does not go into the lock. */
  readonly now: Date;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** The files of `targets/` that pins are kept in, as they lie on disk and as people read them. */
export interface PinsFiles {
  readonly request: PinsFile;
  readonly lock: PinsFile;
  readonly acknowledgements: PinsFile;
  /** The archive's keys, binary. */
  readonly keyring: PinsFile;
}

export interface PinsFile {
  readonly file: string;
  readonly shownAs: string;
}

/** Where the pins of a project lie. */
export function pinsFiles(projectFolder: string): PinsFiles {
  const of = (name: string): PinsFile => ({
    file: path.join(projectFolder, 'targets', name),
    shownAs: `targets/${name}`,
  });
  return {
    request: of('packages.yaml'),
    lock: of('packages.lock.json'),
    acknowledgements: of('scripts.yaml'),
    keyring: of('debian-archive-keyring.pgp'),
  };
}

/** The ways to the archives while pins are looked after. */
export interface PinsAccess extends PinsOptions {
  readonly request: PackageRequest;
  readonly lock: Lock | undefined;
  readonly sources: ArchiveSources;
  readonly fetcher: Fetcher;
}

/** Joins options and files to what fetches. Snapshots: the present ones for indexes, then the locked ones for old packages. */
export function openAccess(
  options: PinsOptions,
  files: { readonly request: PackageRequest; readonly lock: Lock | undefined },
): PinsAccess {
  const archives = Object.fromEntries(
    Object.entries(files.request.archives).map(([name, { suite, codename }]) => [
      name,
      { suite, codename, snapshots: [snapshotTime(options.now), ...(files.lock?.archives[name]?.snapshots ?? [])] },
    ]),
  );
  const { http, mirror, environment, aptFolder, snapshots, projectFolder: top, store } = options;
  const sources = createArchiveSources({ http, archives, mirror, environment, aptFolder, snapshots });
  return { ...options, ...files, sources, fetcher: createFetcher({ top, store, http, sources }) };
}

export const ARCHES: readonly Arch[] = ['amd64', 'arm64'];
