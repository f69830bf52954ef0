import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { digestOf } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import type { Blob } from '../core/step.ts';
import { diskFailure } from '../host/disk-failure.ts';
import { hashFile } from '../host/hash-file.ts';
import { tryAcquireExclusive } from '../host/lease.ts';
import { LeaseWatch, type WaitOptions } from '../host/lease-watch.ts';
import { makeDirectory } from '../host/make-directory.ts';
import { ownedPrefix, removeOrphans } from '../host/owner.ts';
import { type Manifest, manifestText, parseManifest, type ReleaseFile, sumsText } from './manifest.ts';
import { compareVersions, parseVersion } from './version.ts';

/** What one build brings into a version. */
export interface Contribution {
  /** `dist/os`. */
  readonly root: string;
  readonly version: string;
  readonly sources: Manifest['sources'];
  readonly cloudConfig?: Manifest['cloudConfig'];
  /** Targets that are built whole; their earlier files in this version are replaced. */
  readonly targets: readonly string[];
  readonly files: { readonly [path: string]: ReleaseFile };
  /** Path of a blob's bytes. */
  readonly pathOf: (blob: Blob) => string;
  /** All targets that a final version must have before `latest` may point to it. */
  readonly line: readonly string[];
  /** mtime of every file, seconds since 1970. */
  readonly epoch: number;
  /** How other builds are waited for that publish into the same tree. */
  readonly waits?: WaitOptions;
}

/** Where the files lie now, and whether `latest` points there. */
export interface Published {
  readonly folder: string;
  readonly isLatest: boolean;
  /** Targets that a build from other sources had put there, whose files were taken out. */
  readonly removed: readonly string[];
}

/** Beside the versions, while somebody publishes. */
const PUBLISHING = '.publishing';
/** Kinds of names of what is not finished. */
const PART = 'publish';
const LATEST = 'latest';

/**
 * Puts files under their version, then `SHA256SUMS` and `release.json`, then, last, swings `latest`: each by rename, so that a kill at any
 * moment leaves `latest` on a whole release. A file that is there with the right size and time is left alone. Builds that end at once come
 * one after the other: each joins what it finds there.
 */
export async function publishToDist(contribution: Contribution): Promise<Published> {
  const folder = path.join(contribution.root, contribution.version);
  try {
    await makeDirectory(folder);
    const end = await whenAlone(contribution.root, contribution.waits ?? {});
    try {
      return await putVersion(contribution, folder);
    } finally {
      await end();
    }
  } catch (error) {
    throw diskFailure(error, contribution.root, '--dist');
  }
}

/** WaitOptions for other builds that publish into this tree, and says for whom; the answer lets the next one go on. */
async function whenAlone(root: string, waits: WaitOptions): Promise<() => Promise<void>> {
  const leases = path.join(root, PUBLISHING);
  const watch = new LeaseWatch(leases, 'publishes there', waits);
  for (;;) {
    // The last publisher removes the directory, perhaps just before this process writes into it.
    const lease = await tryAcquireExclusive(leases, 'publish', 3).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (!lease) {
      await watch.poll();
      continue;
    }
    return async () => {
      await lease.release();
      await rmdir(leases).catch(() => undefined);
    };
  }
}

async function putVersion(contribution: Contribution, folder: string): Promise<Published> {
  await removeLeftovers(contribution.root, folder);
  const before = await readManifest(folder);
  const files = mergedFiles(contribution, before);
  for (const [name, file] of Object.entries(files))
    if (file.target && contribution.targets.includes(file.target))
      await putFile(path.join(folder, name), file, before?.files[name], contribution);
  for (const name of Object.keys(before?.files ?? {})) if (!Object.hasOwn(files, name)) await removeFile(folder, name);
  const manifest = manifestText({
    format: 1,
    version: contribution.version,
    sources: contribution.sources,
    cloudConfig: contribution.cloudConfig,
    files,
  });
  const listed = { ...files, 'release.json': { digest: digestOf(manifest), size: Buffer.byteLength(manifest) } };
  await putText(path.join(folder, 'SHA256SUMS'), sumsText(listed), contribution.epoch);
  await putText(path.join(folder, 'release.json'), manifest, contribution.epoch);
  const isLatest = await pointLatest(contribution, files);
  const stay = new Set(Object.values(files).map(({ target }) => target));
  const removed = [...new Set(Object.values(before?.files ?? {}).map(({ target }) => target))];
  return { folder, isLatest, removed: removed.filter((target) => !stay.has(target)).sort(compareCodeUnits) };
}

/** With the folders above it that are empty then. */
async function removeFile(folder: string, name: string): Promise<void> {
  await rm(path.join(folder, name), { force: true });
  for (let above = path.dirname(name); above !== '.'; above = path.dirname(above)) {
    const isGone = await rmdir(path.join(folder, above)).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}

/** Removes what a killed build left half-written. The files of a living process stay. */
async function removeLeftovers(root: string, folder: string): Promise<void> {
  await removeOrphans(root, LATEST);
  const directories = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => path.join(parentPath, name));
  for (const directory of [folder, ...directories]) await removeOrphans(directory, PART);
}

/** Where a file is written before it gets its name. */
function partBeside(place: string): string {
  return path.join(path.dirname(place), `${ownedPrefix(PART)}${randomBytes(4).toString('hex')}.part`);
}

/** The manifest of a version's folder, when it has a readable one. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(path.join(folder, 'release.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return parseManifest(text);
}

function mergedFiles(contribution: Contribution, before: Manifest | undefined): { [path: string]: ReleaseFile } {
  const others = Object.entries(before?.files ?? {}).filter(([, file]) => !contribution.targets.includes(file.target));
  if (before && before.sources !== contribution.sources) {
    demandDevelopment(contribution, before);
    // A development version follows the sources: what other targets left from older sources is taken out.
    return { ...contribution.files };
  }
  return { ...Object.fromEntries(others), ...contribution.files };
}

/** Refuses what publishing would refuse, before anything is built: a final version that is there from other sources. */
export async function demandSameSources(version: Pick<Contribution, 'root' | 'version' | 'sources'>): Promise<void> {
  const before = await readManifest(path.join(version.root, version.version));
  if (before && before.sources !== version.sources) demandDevelopment(version, before);
}

function demandDevelopment(
  { root, version, sources }: Pick<Contribution, 'root' | 'version' | 'sources'>,
  before: Manifest,
): void {
  if (parseVersion(version).prerelease.length > 0) return;
  throw new BuildError({
    kind: 'usage',
    message: `${version} was already built here from other sources; a version never changes.`,
    place: { file: path.join(root, version, 'release.json') },
    evidence: `there: ${before.sources}\nnow:   ${sources}`,
    hint: 'Choose another --version, or remove that folder if it was never published.',
  });
}

async function putFile(
  place: string,
  file: ReleaseFile,
  before: ReleaseFile | undefined,
  contribution: Contribution,
): Promise<void> {
  if (before?.digest === file.digest && (await isUntouched(place, file, contribution))) return;
  await makeDirectory(path.dirname(place));
  const temporary = partBeside(place);
  try {
    await copyFile(contribution.pathOf(file), temporary, constants.COPYFILE_FICLONE);
    await demandDigest(temporary, file, contribution.pathOf(file));
    await settle(temporary, place, contribution.epoch);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Whether a published file is as it was put there. The manifest is written after all files, so that a file that changed later than it was
 * changed by somebody else, although its size and time may look as before: its bytes are asked.
 */
async function isUntouched(place: string, file: ReleaseFile, { root, version, epoch }: Contribution): Promise<boolean> {
  const seen = await stat(place).catch(() => undefined);
  if (!seen?.isFile() || seen.size !== file.size || seen.mtimeMs !== epoch * 1000) return false;
  const manifest = await stat(path.join(root, version, 'release.json')).catch(() => undefined);
  // In one tick of the kernel's clock both may have been written.
  if (manifest && seen.ctimeMs < manifest.ctimeMs) return true;
  return (await hashFile(place).catch(() => undefined))?.digest === file.digest;
}

/** The bytes that are about to get a release's name are hashed once more: a disk may have changed them since they were made. */
async function demandDigest(copy: string, wanted: ReleaseFile, source: string): Promise<void> {
  const found = await hashFile(copy);
  if (found.digest === wanted.digest) return;
  throw new BuildError({
    kind: 'wrong-bytes',
    message: 'A stored file was changed after it was written; it was not published.',
    place: { file: source },
    evidence: `wanted ${wanted.digest}, found ${found.digest}`,
    hint: 'Run the same command with --paranoid: it removes what is damaged and makes it anew.',
  });
}

async function putText(place: string, text: string, epoch: number): Promise<void> {
  const there = await readFile(place, 'utf8').catch(() => undefined);
  if (there === text) return;
  const temporary = partBeside(place);
  try {
    await writeFile(temporary, text, { flush: true });
    await settle(temporary, place, epoch);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function settle(temporary: string, place: string, epoch: number): Promise<void> {
  await chmod(temporary, 0o644);
  await utimes(temporary, epoch, epoch);
  await rename(temporary, place);
}

/**
 * `latest` is the highest finished version that is no prerelease and has every target of the line; a tree that has never seen one
 * shows its last development build.
 */
async function pointLatest(
  contribution: Contribution,
  files: { readonly [path: string]: ReleaseFile },
): Promise<boolean> {
  const link = path.join(contribution.root, 'latest');
  const current = await readlink(link).catch(() => undefined);
  const mine = parseVersion(contribution.version);
  const present = new Set(Object.values(files).map((file) => file.target));
  const finished = mine.prerelease.length === 0 && contribution.line.every((target) => present.has(target));
  const currentVersion =
    current !== undefined && (await isThere(path.join(contribution.root, current))) ? parseVersion(current) : undefined;
  const currentIsFinal = currentVersion !== undefined && currentVersion.prerelease.length === 0;
  const better = finished
    ? !currentIsFinal || compareVersions(mine, currentVersion) >= 0
    : !currentIsFinal && mine.prerelease.length > 0;
  if (!better) return current === contribution.version;
  if (current === contribution.version) return true;
  const temporary = path.join(contribution.root, `${ownedPrefix(LATEST)}${randomBytes(4).toString('hex')}`);
  await symlink(contribution.version, temporary);
  await rename(temporary, link);
  return true;
}

async function isThere(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}
