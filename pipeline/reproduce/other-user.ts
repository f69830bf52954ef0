import { execFileSync } from 'node:child_process';
import { lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const NOBODY = 65534;

/**
 * The words that start a program as a user without any rights. Undefined where the caller may not, or where that user could not read
 * `needed`, such as a project in somebody's home.
 */
export function wordsAsNobody(needed: string): readonly string[] | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const words = ['setpriv', '--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups'] as const;
  try {
    const [program, ...rest] = words;
    const look = `require('node:fs').accessSync(${JSON.stringify(needed)})`;
    execFileSync(program, [...rest, process.execPath, '-e', look], { stdio: 'ignore', cwd: '/' });
    return words;
  } catch {
    return undefined;
  }
}

/**
 * Makes a directory and its content nobody's. A file with other names stays its owner's: everybody may read it, and the directory that it
 * lies in decides who may put another one in its place.
 */
export async function giveToNobody(directory: string): Promise<void> {
  await lchown(directory, NOBODY, NOBODY);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await giveToNobody(path);
    else if ((await lstat(path)).nlink === 1) await lchown(path, NOBODY, NOBODY);
  }
}
