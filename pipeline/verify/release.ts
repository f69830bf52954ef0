import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { BuildError, type Failure } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import type { Blob } from '../core/step.ts';
import { readManifest } from '../publish/dist.ts';
import { type Manifest, sumsText } from '../publish/manifest.ts';
import { hashFile } from '../store/blobs.ts';
import { FileSource } from '../trees/file-source.ts';
import { validateReleaseFile } from './formats.ts';

/**
 * Checks every byte of a version's folder against its manifest and sums, and the fields of each format against what they must say.
 * Returns what is wrong, one failure a file. Throws where nothing was built (`usage`) or the manifest is damaged (`wrong-bytes`).
 */
export async function verifyRelease(
  folder: string,
): Promise<{ readonly manifest: Manifest; readonly failures: readonly Failure[] }> {
  const manifest = await readManifest(folder);
  if (!manifest) throw await noManifest(folder);
  const limit = pLimit(2);
  const checked = await Promise.all(
    Object.entries(manifest.files).map(([name, file]) =>
      limit(() => checkFile(path.join(folder, name), file, { name, version: manifest.version })),
    ),
  );
  const failures = [...checked.flat(), ...(await checkSums(folder, manifest)), ...(await strangers(folder, manifest))];
  return { manifest, failures };
}

/** A version that was never built is no damage: whoever asked is told what to do. */
async function noManifest(folder: string): Promise<BuildError> {
  const file = path.join(folder, 'release.json');
  const isThere = await lstat(file).then(
    () => true,
    () => false,
  );
  return isThere
    ? new BuildError({
        kind: 'wrong-bytes',
        message: 'There is no readable release.json here: the file is damaged.',
        place: { file },
        hint: 'Build the version again, or take the file from where it was published.',
      })
    : new BuildError({
        kind: 'usage',
        message: 'Nothing was built here yet.',
        place: { file: folder },
        hint: 'Build the version first (npm run build), or name another.',
      });
}

async function checkFile(
  file: string,
  wanted: { readonly digest: string; readonly size: number },
  release: { readonly name: string; readonly version: string },
): Promise<Failure[]> {
  const found = await hashRegularFile(file).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error)
    return [{ kind: 'wrong-bytes', message: 'The file cannot be read.', place: { file }, evidence: found.message }];
  if (found.digest === wanted.digest && found.size === wanted.size) return checkFormat(file, release);
  return [
    {
      kind: 'wrong-bytes',
      message: 'The file is not what its manifest says.',
      place: { file },
      evidence: `wanted ${wanted.digest} (${wanted.size} bytes)\nfound  ${found.digest} (${found.size} bytes)`,
    },
  ];
}

/** Fields that a failure lists; of a file that is another one all are wrong. */
const MOST_FIELDS = 10;

/** Right bytes of a wrong format were made wrong. */
async function checkFormat(
  file: string,
  { name, version }: { readonly name: string; readonly version: string },
): Promise<Failure[]> {
  const source = new FileSource(file);
  try {
    const wrong = await validateReleaseFile(source, name, version);
    if (wrong.length === 0) return [];
    const shown = wrong.slice(0, MOST_FIELDS).map(({ message }) => message);
    if (wrong.length > MOST_FIELDS) shown.push(`and ${wrong.length - MOST_FIELDS} more`);
    return [
      {
        kind: 'wrong-bytes',
        message: 'The file is not of the format that its name promises.',
        place: { file },
        evidence: shown.join('\n'),
        hint: 'The pipeline made it so: a build of the same sources makes the same bytes.',
      },
    ];
  } finally {
    source.close();
  }
}

/** A link could point to the right bytes here and nowhere where it is published. */
async function hashRegularFile(file: string): Promise<Blob> {
  if (!(await lstat(file)).isFile()) throw new Error('it is no regular file');
  return hashFile(file);
}

async function checkSums(folder: string, manifest: Manifest): Promise<Failure[]> {
  const file = path.join(folder, 'SHA256SUMS');
  const text = await readFile(file, 'utf8').catch(() => '');
  const release = await hashFile(path.join(folder, 'release.json'));
  if (text === sumsText({ ...manifest.files, 'release.json': release })) return [];
  return [{ kind: 'wrong-bytes', message: 'The list of sums does not agree with release.json.', place: { file } }];
}

/** Files that no manifest names must not be published beside those that it does. */
async function strangers(folder: string, manifest: Manifest): Promise<Failure[]> {
  const known = new Set([...Object.keys(manifest.files), 'release.json', 'SHA256SUMS']);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  return names
    .filter((name) => !known.has(name))
    .sort(compareCodeUnits)
    .map((name) => ({
      kind: 'wrong-bytes',
      message: 'The manifest does not name this file.',
      place: { file: path.join(folder, name) },
    }));
}
