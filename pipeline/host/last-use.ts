import { stat, utimes } from 'node:fs/promises';

/** Access times younger than this are not renewed (milliseconds); so what a build uses is at most this much older than the build's start. */
export const FRESH_MILLISECONDS = 1_200_000;

/** Renews the access time of a file or directory, by which garbage collection sees when it was last used; the mtime stays. */
export async function renewLastUse(place: string): Promise<void> {
  const seen = await stat(place).catch(() => undefined);
  if (seen && Date.now() - seen.atimeMs > FRESH_MILLISECONDS)
    await utimes(place, Date.now() / 1000, seen.mtimeMs / 1000).catch(() => undefined);
}
