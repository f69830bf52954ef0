import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isOrphan } from '../host/owner.ts';

/** One thing in a store that can be removed by itself: a blob, a record of a step, an unpacked tool image, something unfinished. */
export interface StoreEntry {
  readonly place: string;
  /** When it was last of use, in milliseconds since 1970; 0 for what nobody can use any more. */
  readonly used: number;
  /** Bytes that it takes on the disk: holes take none. */
  readonly bytes: number;
}

/** Everything in the store of a folder, in no order. */
export async function storeContents(folder: string): Promise<readonly StoreEntry[]> {
  const [blobs, actions, roots, unfinished] = await Promise.all([
    filesInTwoLevels(path.join(folder, 'blobs/sha256')),
    filesInTwoLevels(path.join(folder, 'actions')),
    wholeEntries(path.join(folder, 'roots')),
    wholeEntries(path.join(folder, 'blobs/tmp')),
  ]);
  return [...blobs, ...actions, ...roots, ...unfinished];
}

async function filesInTwoLevels(folder: string): Promise<readonly StoreEntry[]> {
  const entries: StoreEntry[] = [];
  for (const prefix of await namesIn(folder)) {
    const below = path.join(folder, prefix);
    const found = await Promise.all((await namesIn(below)).map((name) => fileEntry(path.join(below, name))));
    entries.push(...found.flat());
  }
  return entries;
}

async function fileEntry(place: string): Promise<readonly StoreEntry[]> {
  const seen = await lstat(place).catch(() => undefined);
  return seen ? [{ place, used: seen.atimeMs, bytes: seen.blocks * 512 }] : [];
}

/** Folders of any depth as one entry each. */
async function wholeEntries(folder: string): Promise<readonly StoreEntry[]> {
  const found = await Promise.all(
    (await namesIn(folder)).map(async (name): Promise<readonly StoreEntry[]> => {
      const place = path.join(folder, name);
      const seen = await lstat(place).catch(() => undefined);
      if (!seen) return [];
      return [{ place, used: isOrphan(name) ? 0 : seen.atimeMs, bytes: await allocatedBelow(place) }];
    }),
  );
  return found.flat();
}

/** What a file or folder takes on the disk, with all below. Each of several links to one file counts for its part. */
async function allocatedBelow(place: string): Promise<number> {
  const seen = await lstat(place).catch(() => undefined);
  if (!seen) return 0;
  const own = (seen.blocks * 512) / (seen.isDirectory() ? 1 : seen.nlink);
  if (!seen.isDirectory()) return own;
  const below = await Promise.all((await namesIn(place)).map((name) => allocatedBelow(path.join(place, name))));
  return below.reduce((sum, bytes) => sum + bytes, own);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
