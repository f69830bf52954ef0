import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder and those above it, one level at a time. Node's own recursive `mkdir` tries again for ever where the kernel answers
 * "no such file" for a folder whose parent exists, as below /proc, and holds the process open even after a signal.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    return await makeOne(folder);
  } catch (error) {
    const above = path.dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error;
    await makeFolder(above);
    await makeOne(folder);
  }
}

/** What is there already is fine, if it is a folder. */
async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw error;
    const seen = await stat(folder).catch(() => undefined);
    if (!seen?.isDirectory()) throw error;
  }
}
