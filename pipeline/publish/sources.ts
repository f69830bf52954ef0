import { createHash, type Hash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Digest, digestFromHex } from '../core/digest.ts';
import { compareCodeUnits } from '../core/json.ts';

/** What a release is made from, besides the bytes that the lock names. `tsconfig.json` tells esbuild how to bundle. */
export const SOURCES = [
  'kernel-configs',
  'overlays',
  'package-lock.json',
  'package.json',
  'pipeline',
  'targets',
  'tsconfig.json',
];

/**
 * One digest over names, kinds and bytes of everything in the project that can change a release; git is not needed. Of a file's mode the
 * owner's executable bit counts, as in git: the others come from somebody's umask. What is baked in besides counts by its digest.
 */
export async function digestOfSources(
  projectFolder: string,
  besides: {
    readonly cloudConfig?: { readonly digest: Digest } | undefined;
    /** A project of one's own: its directory, and files and directories in it; those that are not there do not count. */
    readonly product?: { readonly folder: string; readonly paths: readonly string[] } | undefined;
  } = {},
): Promise<Digest> {
  const hash = createHash('sha256');
  await addFiles(hash, projectFolder, SOURCES);
  const { cloudConfig, product } = besides;
  if (cloudConfig) hash.update(`\0cloud-config\0${cloudConfig.digest}`);
  if (product) {
    hash.update('\0project\0');
    await addFiles(
      hash,
      product.folder,
      product.paths.filter((name) => existsSync(path.join(product.folder, name))),
    );
  }
  return digestFromHex(hash.digest('hex'));
}

async function addFiles(hash: Hash, top: string, names: readonly string[]): Promise<void> {
  const found = (await Promise.all(names.map((name) => filesAt(top, name)))).flat();
  for (const file of [...new Set(found)].sort(compareCodeUnits)) {
    const place = path.join(top, file);
    // At once: a thousand small files take three times as long through the threads that other reads go through.
    const seen = lstatSync(place);
    const bytes = seen.isSymbolicLink() ? readlinkSync(place, 'buffer') : readFileSync(place);
    const kind = seen.isSymbolicLink() ? 'link' : seen.mode & 0o100 ? 'program' : 'file';
    hash.update(`${file}\0${kind}\0${bytes.length}\0`).update(bytes);
  }
}

async function filesAt(top: string, name: string): Promise<string[]> {
  const entries = await readdir(path.join(top, name), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!entries) return [name];
  const nested = await Promise.all(
    entries
      .filter((entry) => !entry.name.endsWith('~'))
      .map(async (entry) => {
        const below = path.posix.join(name, entry.name);
        return entry.isDirectory() ? filesAt(top, below) : entry.isFile() || entry.isSymbolicLink() ? [below] : [];
      }),
  );
  return nested.flat();
}
