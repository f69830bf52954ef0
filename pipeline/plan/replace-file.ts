import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file beside its place and renames it. */
export async function replaceFile(place: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${place}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, place);
  } finally {
    await rm(temporary, { force: true });
  }
}
