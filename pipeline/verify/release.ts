import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { BuildError, type Failure } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import type { Blob } from '../core/step.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { hashFile } from '../host/hash-file.ts';
import { FileSource } from '../io/file-source.ts';
import { type Manifest, manifestTrouble, parseManifest, sumsText } from '../publish/manifest.ts';
import { type About, packedDisk, validateReleaseFile } from './formats.ts';
import * as messages from './messages.ts';

/** Unpacks a file of zstd, shows where the bytes lie, and takes them away again. */
export type Unpack = <T>(file: string, look: (unpacked: string) => Promise<T>) => Promise<T>;

interface ReleasePart {
  readonly about: About;
  readonly unpack: Unpack;
}

/**
 * Checks every byte of a version's folder against its manifest and sums, and the fields of each format against what they must say.
 * Returns what is wrong, one failure a file. Throws where nothing was built (`usage`) or the manifest is damaged (`wrong-bytes`).
 */
export async function verifyRelease(
  folder: string,
  unpack: Unpack,
): Promise<{ readonly manifest: Manifest; readonly failures: readonly Failure[] }> {
  const manifest = await readManifest(folder);
  if (!manifest) throw await noManifest(folder);
  const limit = pLimit(2);
  const checked = await Promise.all(
    Object.entries(manifest.files).map(([name, file]) =>
      limit(() => checkFile(path.join(folder, name), file, { about: { ...file, version: manifest.version }, unpack })),
    ),
  );
  const failures = [
    ...namesItself(folder, manifest),
    ...checked.flat(),
    ...(await checkSums(folder, manifest)),
    ...(await strangers(folder, manifest)),
  ];
  return { manifest, failures };
}

/** The manifest of a version's directory, when it has a readable one. */
async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(path.join(folder, 'release.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseManifest(text);
}

/** A manifest of nothing, or of another version than its folder is named by, says nothing of what was asked for. */
function namesItself(folder: string, manifest: Manifest): readonly Failure[] {
  const asked = path.basename(folder);
  return [
    ...(Object.keys(manifest.files).length === 0 ? [messages.manifestEmpty(folder)] : []),
    ...(asked === 'latest' || asked === manifest.version
      ? []
      : [messages.manifestOfOtherVersion(folder, manifest.version)]),
  ];
}

/** A version that was never built is no damage: whoever asked is told what to do. One whose manifest is gone is. */
async function noManifest(folder: string): Promise<BuildError> {
  const file = path.join(folder, 'release.json');
  const left = await readdir(folder).catch((): string[] => []);
  if (left.length > 0 && !left.includes('release.json')) return new BuildError(messages.manifestMissing(folder, left));
  const target = await readlink(folder).catch(() => undefined);
  if (target !== undefined && left.length === 0) return new BuildError(messages.linkLeadsNowhere(folder, target));
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? undefined : error,
  );
  if (text === undefined) return new BuildError(messages.nothingBuilt(folder));
  const trouble = text instanceof Error ? text.message : (manifestTrouble(text) ?? 'it changed while it was read');
  return new BuildError(messages.manifestUnreadable(folder, trouble));
}

async function checkFile(file: string, wanted: Blob, release: ReleasePart): Promise<Failure[]> {
  const found = await hashRegularFile(file).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) return [unreadable(file, found)];
  if (found.digest === wanted.digest && found.size === wanted.size)
    return checkFormat(file, release).catch((error: unknown) => [unreadable(file, systemError(error))]);
  return [messages.fileNotAsListed(file, { wanted, found })];
}

function unreadable(file: string, error: Error): Failure {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return isMissing ? messages.fileMissing(file) : messages.fileUnreadable(file, error.message);
}

const UNREADABLE: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'EACCES', 'EIO', 'ESTALE'];

/** What the system says of a file that is gone meanwhile or cannot be read; anything else is another matter. */
function systemError(error: unknown): Error {
  if (error instanceof Error && UNREADABLE.includes((error as NodeJS.ErrnoException).code)) return error;
  throw error;
}

/** Fields that a failure lists; of a file that is another one all are wrong. */
const MOST_FIELDS = 10;

/** What a failure says of wrong fields: of a table's entries the first, and how many more there are. */
export function shownFields(wrong: readonly FieldProblem[]): readonly string[] {
  const kinds = new Map<string, { readonly first: FieldProblem; count: number }>();
  for (const problem of wrong) {
    const kind = problem.field.replaceAll(/(?<=\.)\d+/g, 'N');
    const known = kinds.get(kind);
    if (known) known.count += 1;
    else kinds.set(kind, { first: problem, count: 1 });
  }
  const lines = [...kinds].map(([kind, { first, count }]) =>
    count === 1 ? first.message : `${first.message} (and ${count - 1} more of ${kind})`,
  );
  const shown = lines.slice(0, MOST_FIELDS);
  if (lines.length > MOST_FIELDS) shown.push(`and ${lines.length - MOST_FIELDS} more kinds of fields`);
  return shown;
}

/** Right bytes of a wrong format were made wrong. */
async function checkFormat(file: string, release: ReleasePart): Promise<Failure[]> {
  const source = new FileSource(file);
  try {
    const outer = await validateReleaseFile(source, release.about);
    const wrong = outer.length > 0 ? outer : await checkPacked(file, release);
    if (wrong.length === 0) return [];
    return [messages.formatNotAsListed(file, release.about.kind, shownFields(wrong))];
  } finally {
    source.close();
  }
}

/** Of a disk that is packed whole, what is wrong with the disk. */
async function checkPacked(file: string, { about, unpack }: ReleasePart): Promise<readonly FieldProblem[]> {
  const validate = packedDisk(about);
  if (!validate) return [];
  return unpack(file, async (unpacked) => {
    const source = new FileSource(unpacked);
    try {
      return await validate(source);
    } finally {
      source.close();
    }
  });
}

/** A link could point to the right bytes here and nowhere where it is published. */
async function hashRegularFile(file: string): Promise<Blob> {
  if (!(await lstat(file)).isFile()) throw new Error('it is no regular file');
  return hashFile(file);
}

async function checkSums(folder: string, manifest: Manifest): Promise<Failure[]> {
  const file = path.join(folder, 'SHA256SUMS');
  const text = await readFile(file, 'utf8').catch(systemError);
  if (text instanceof Error) return [unreadable(file, text)];
  const manifestFile = path.join(folder, 'release.json');
  const release = await hashFile(manifestFile).catch(systemError);
  if (release instanceof Error) return [unreadable(manifestFile, release)];
  if (text === sumsText({ ...manifest.files, 'release.json': release })) return [];
  return [messages.sumsNotAsListed(file)];
}

/** Files that no manifest names must not be published beside those that it does. */
async function strangers(folder: string, manifest: Manifest): Promise<Failure[]> {
  const known = new Set([...Object.keys(manifest.files), 'release.json', 'SHA256SUMS']);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(systemError);
  if (entries instanceof Error) return [unreadable(folder, entries)];
  const folders = new Set([...known].flatMap((name) => foldersOf(name)));
  return entries
    .map((entry) => ({ entry, name: path.relative(folder, path.join(entry.parentPath, entry.name)) }))
    .filter(({ entry, name }) => !(entry.isDirectory() ? folders : known).has(name))
    .map(({ name }) => name)
    .sort(compareCodeUnits)
    .map((name) => messages.fileNotListed(path.join(folder, name)));
}

/** The folders that a file lies in. */
function foldersOf(name: string): readonly string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
