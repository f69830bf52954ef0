import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Digest, digestFromHex } from '../core/digest.ts';
import { compareCodeUnits } from '../core/json.ts';

/** What a release is made from, besides the bytes that the lock names. */
const SOURCES = ['kernel-configs', 'overlays', 'package-lock.json', 'pipeline', 'targets'];

/** One digest over names and bytes of everything in the project that can change a release; git is not needed. */
export async function digestOfSources(projectFolder: string): Promise<Digest> {
  const hash = createHash('sha256');
  const files = (await Promise.all(SOURCES.map((name) => filesAt(projectFolder, name)))).flat().sort(compareCodeUnits);
  for (const file of files) {
    const bytes = await readFile(path.join(projectFolder, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return digestFromHex(hash.digest('hex'));
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
        return entry.isDirectory() ? filesAt(top, below) : entry.isFile() ? [below] : [];
      }),
  );
  return nested.flat();
}
