import { cp, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What no copy of a project has: libraries are shared, and what earlier builds made must not be used again. */
const NOT_COPIED: ReadonlySet<string> = new Set(['node_modules', 'dist', '.cache', '.git']);

/** Copies the sources of a project; the entries of every directory are made in ascending or in descending order of their names. */
export async function copyProject(
  from: string,
  to: string,
  { reversed }: { readonly reversed: boolean },
): Promise<void> {
  await copyDirectory(from, to, reversed ? -1 : 1);
  await symlink(join(from, 'node_modules'), join(to, 'node_modules'));
}

async function copyDirectory(from: string, to: string, order: 1 | -1): Promise<void> {
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -order : order))) {
    if (NOT_COPIED.has(entry.name)) continue;
    const [source, place] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyDirectory(source, place, order);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), place);
    else await cp(source, place);
  }
}
