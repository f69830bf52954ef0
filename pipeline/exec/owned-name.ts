import { readlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** `<kind>-<pid namespace>.<pid>-<random>`, perhaps with an ending for what lies beside it. */
const OWNED = /^[a-z-]+-(\d+)\.(\d+)-\w+(?:\.[a-z.]+)?$/;

/** The start of a name that says whose it is, e.g. `step-4026531836.1234-`: append random letters. `kind` is of small letters and dashes. */
export function ownedPrefix(kind: string): string {
  return `${kind}-${pidNamespace()}.${process.pid}-`;
}

/** Whether a name says that it belongs to a process of this machine that is gone. What cannot be known counts as alive. */
export function isOrphan(name: string): boolean {
  const [, namespace, pid] = OWNED.exec(name) ?? [];
  if (pid === undefined || namespace !== pidNamespace() || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Removes what processes left in a folder that were killed before they could tidy up. Another user's stays: it may not be removed. */
export async function removeOrphans(folder: string, kind = ''): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names)
    if (name.startsWith(kind) && isOrphan(name))
      await rm(path.join(folder, name), { recursive: true, force: true }).catch(() => undefined);
}

let known: string | undefined;

/** The number of our pid namespace: the same pid may live in another one that shares the folder. */
function pidNamespace(): string {
  if (known === undefined) {
    try {
      known = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
    } catch {
      known = '0';
    }
  }
  return known;
}
