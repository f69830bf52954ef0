import { digestOf, hexOf } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import type { Arch } from '../core/step.ts';
import { addressOf } from '../fetch/fetcher.ts';
import { type Attempt, SourceHealth } from '../fetch/source-health.ts';
import { SourceTrouble } from '../fetch/source-trouble.ts';
import { downloadVerified } from '../fetch/verified-download.ts';
import { type Compression, decompressAll } from '../io/decompress.ts';
import { FileSource } from '../io/file-source.ts';
import type { PinsAccess } from './context.ts';
import { archiveKeys } from './keyring.ts';
import type { LockedArchive } from './lock.ts';
import * as messages from './messages.ts';
import { buildPackageIndex, type IndexText, type PackageIndex } from './package-index.ts';
import { checkRelease, dateOfSnapshot, parseRelease, type Release, snapshotTime } from './release.ts';
import { type ArchiveKeys, verifyClearText } from './signature.ts';

/** The archives as they are now, down from a verified signature. */
export interface ArchiveState {
  readonly archives: { readonly [name: string]: LockedArchive };
  indexOf(arch: Arch): Promise<PackageIndex>;
}

/** Larger than any signed index; a mirror that sends more is cut off. */
const MAX_INRELEASE = 4 * 1024 * 1024;
/** Debian's largest index has about 60 MB unpacked. */
const MAX_INDEX = 512 * 1024 * 1024;
/** The archive is snapshotted four times a day, and keeps what was superseded for a day and a half: in between lies safety. */
const SNAPSHOT_DELAY = 12 * 3600 * 1000;

/** Fetches and verifies the signed index of each archive; `keyring.ts` says where trust starts. */
export async function readArchives(access: PinsAccess): Promise<ArchiveState> {
  const { request } = access;
  const keys = await archiveKeys(access);
  const read = await Promise.all(Object.keys(request.archives).map((archive) => readArchive(archive, keys, access)));
  return {
    archives: Object.fromEntries(read.map(({ archive, locked }) => [archive, locked])),
    indexOf: async (arch) => {
      const texts: IndexText[] = [];
      // One after the other: unpacked indexes are large.
      for (const each of read) texts.push(...(await readIndexes(each, arch, access)));
      return buildPackageIndex(texts);
    },
  };
}

interface ReadArchive {
  readonly archive: string;
  readonly locked: LockedArchive;
  readonly release: Release;
  readonly base: string;
  readonly suite: string;
  readonly components: readonly string[];
}

async function readArchive(archive: string, keys: ArchiveKeys, access: PinsAccess): Promise<ReadArchive> {
  const wanted = access.request.archives[archive];
  if (!wanted) throw new RangeError(`no archive ${archive}`);
  const { suite, codename, components } = wanted;
  const { base, bytes } = await fetchInRelease(archive, suite, access);
  const text = await verifyClearText({
    text: Buffer.from(bytes).toString('utf8'),
    keys,
    what: `the index of ${archive} (${suite})`,
    now: access.now,
  });
  const release = parseRelease(text, archive);
  const before = access.lock?.archives[archive];
  checkRelease(release, {
    archive,
    codename,
    now: access.now,
    notBefore: before?.suite === suite ? dateOfSnapshot(before.date) : undefined,
  });
  const locked: LockedArchive = {
    suite,
    codename,
    date: snapshotTime(release.date),
    inRelease: digestOf(bytes),
    snapshots: [snapshotTime(new Date(release.date.getTime() + SNAPSHOT_DELAY))],
  };
  return { archive, locked, release, base, suite, components };
}

async function fetchInRelease(
  archive: string,
  suite: string,
  access: PinsAccess,
): Promise<{ readonly base: string; readonly bytes: Uint8Array }> {
  const attempts: Attempt[] = [];
  const health = new SourceHealth();
  for await (const { base } of access.sources(archive, access.signal)) {
    const url = `${base}/dists/${suite}/InRelease`;
    try {
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of access.http.bytes({ url, signal: access.signal })) {
        size += chunk.byteLength;
        if (size > MAX_INRELEASE) throw new SourceTrouble('wrong', `gave more than ${MAX_INRELEASE} bytes`);
        chunks.push(chunk);
      }
      return { base, bytes: Buffer.concat(chunks) };
    } catch (error) {
      if (!(error instanceof SourceTrouble)) throw error;
      const attempt: Attempt = { url, reason: error.reason, message: error.message };
      attempts.push(attempt);
      health.failed(new URL(base).origin, attempt, { name: `the index of ${archive}`, report: access.report });
    }
  }
  throw new BuildError(messages.signedIndexNotFetched(archive, suite, attempts));
}

async function readIndexes(read: ReadArchive, arch: Arch, access: PinsAccess): Promise<readonly IndexText[]> {
  const texts: IndexText[] = [];
  for (const component of read.components) {
    const folder = `${component}/binary-${arch}`;
    // gzip is unpacked by Node itself, ten times faster than xz by WebAssembly; the security archive has xz only.
    const name = ['Packages.gz', 'Packages.xz', 'Packages'].find((each) => read.release.files.has(`${folder}/${each}`));
    const file = name === undefined ? undefined : read.release.files.get(`${folder}/${name}`);
    if (name === undefined || !file) {
      throw new BuildError(messages.componentMissing(read.archive, component, arch));
    }
    const what = `index ${read.archive} ${component} ${arch}`;
    if (!(await access.store.has(file.digest))) {
      const outcome = await downloadVerified({
        ...access,
        name: what,
        ...file,
        addresses: addresses(read, `${folder}/${name}`, hexOf(file.digest)),
        health: new SourceHealth(),
      });
      if (!outcome.ok) {
        throw new BuildError(messages.indexNotFetched(`${read.archive} ${component} ${arch}`, outcome.attempts));
      }
    }
    texts.push({ archive: read.archive, text: await unpackedText(access.store.pathOf(file.digest), name, what) });
  }
  return texts;
}

async function unpackedText(file: string, name: string, what: string): Promise<string> {
  const compression: Compression = name.endsWith('.gz') ? 'gzip' : name.endsWith('.xz') ? 'xz' : 'none';
  const source = new FileSource(file);
  try {
    const bytes = await decompressAll(source, { compression, what, limit: { most: MAX_INDEX } });
    return Buffer.from(bytes).toString('utf8');
  } finally {
    source.close();
  }
}

/** By hash first: that file stays while the mirror changes under us. */
async function* addresses(
  { base, suite }: ReadArchive,
  file: string,
  hex: string,
): AsyncGenerator<{ readonly url: string; readonly source: string }, void, undefined> {
  const folder = file.slice(0, file.lastIndexOf('/'));
  for (const path of [`${folder}/by-hash/SHA256/${hex}`, file])
    yield { url: addressOf(base, `dists/${suite}/${path}`), source: path };
}
