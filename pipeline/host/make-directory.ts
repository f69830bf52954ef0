import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a directory and its parents, one level at a time. Node's own recursive `mkdir` loops for ever where the kernel answers ENOENT for
 * a directory whose parent exists, as below /proc, and keeps the process alive even after a signal.
 */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    return await makeOne(directory);
  } catch (error) {
    const above = path.dirname(directory);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === directory) throw error;
    await makeDirectory(above);
    await makeOne(directory);
  }
}

/** A directory that exists already is fine. */
async function makeOne(directory: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw error;
    const seen = await stat(directory).catch(() => undefined);
    if (!seen?.isDirectory()) throw error;
  }
}
