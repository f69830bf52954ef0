import { rm } from 'node:fs/promises';
import { FRESH_MILLISECONDS } from '../host/last-use.ts';
import type { SharedUse } from '../host/shared-use.ts';
import { type StoreEntry, storeContents } from './contents.ts';

/** What is to be removed: what was not of use since a moment, and then the longest unused until the rest fits. */
export interface GarbageRule {
  /** Milliseconds since 1970; nothing is too old when left out. */
  readonly before?: number;
  /** When the store takes more bytes than `most`, it is brought down to `target`. */
  readonly size?: { readonly most: number; readonly target: number };
  /** Counts, and removes nothing. */
  readonly isDry?: boolean;
}

/** What became of a store. */
export interface Collected {
  readonly files: number;
  /** Bytes on the disk that are free again, and that are still taken. */
  readonly freed: number;
  readonly left: number;
}

/**
 * Removes blobs, records of steps, unpacked tool images and unfinished files from a store by when they were last of use, which those who use
 * them renew. What a process at work may need stays: all that was of use since shortly before the longest running one began. An action
 * whose blob is gone simply runs again. Undefined where another process is removing already.
 */
export async function collectGarbage(
  folder: string,
  use: SharedUse,
  rule: GarbageRule,
): Promise<Collected | undefined> {
  return use.withExclusive(async () => {
    const inUseSince = (await use.oldestLease()) - FRESH_MILLISECONDS;
    const entries = await storeContents(folder);
    const isFree = (entry: StoreEntry) => entry.used < inUseSince;
    let left = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    const target = rule.size && left > rule.size.most ? rule.size.target : Number.POSITIVE_INFINITY;
    let files = 0;
    let freed = 0;
    for (const entry of [...entries].sort((a, b) => a.used - b.used)) {
      if (!isFree(entry) || (entry.used >= (rule.before ?? 1) && left <= target)) continue;
      if (!rule.isDry) await rm(entry.place, { recursive: true, force: true });
      files++;
      freed += entry.bytes;
      left -= entry.bytes;
    }
    return { files, freed, left };
  });
}
