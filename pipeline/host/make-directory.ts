import { chmod, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a directory and its parents, one level at a time. Node's own recursive `mkdir` loops for ever where the kernel answers ENOENT for
 * a directory whose parent exists, as below /proc, and keeps the process alive even after a signal. `mode` is that of each directory that is
 * made, whatever the umask says.
 */
export async function makeDirectory(directory: string, mode?: number): Promise<void> {
  try {
    return await makeOne(directory, mode);
  } catch (error) {
    const above = path.dirname(directory);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === directory) throw error;
    await makeDirectory(above, mode);
    await makeOne(directory, mode);
  }
}

/** A directory that exists already is fine. */
async function makeOne(directory: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(directory);
    if (mode !== undefined) await chmod(directory, mode);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw error;
    const seen = await stat(directory).catch(() => undefined);
    if (!seen?.isDirectory()) throw error;
  }
}
