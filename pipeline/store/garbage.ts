import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Removes files of a store that were not read since a moment (milliseconds since 1970): blobs and action records by access time,
 * which `FileBlobStore.has` renews; whole tool roots by theirs; and anything in `tmp`. An action whose blob is gone simply runs again.
 */
export async function collectGarbage(
  folder: string,
  before: number,
): Promise<{ readonly files: number; readonly bytes: number }> {
  let files = 0;
  let bytes = 0;
  const removeOld = async (place: string, options: { readonly whole: boolean }): Promise<void> => {
    const seen = await stat(place).catch(() => undefined);
    if (!seen || seen.atimeMs >= before) return;
    await rm(place, { recursive: options.whole, force: true });
    files++;
    bytes += seen.isFile() ? seen.size : 0;
  };
  for (const below of ['blobs/sha256', 'actions']) {
    for (const prefix of await namesIn(path.join(folder, below))) {
      for (const name of await namesIn(path.join(folder, below, prefix)))
        await removeOld(path.join(folder, below, prefix, name), { whole: false });
    }
  }
  for (const below of ['roots', 'blobs/tmp'])
    for (const name of await namesIn(path.join(folder, below)))
      await removeOld(path.join(folder, below, name), { whole: true });
  return { files, bytes };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
