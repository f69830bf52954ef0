import { readFileSync, readlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * `<kind>-<pid namespace>.<pid>-b<start of the system's id>s<start of the process>_<random>`, perhaps with an ending for what lies beside it.
 * The part from `b` to `_` is missing where /proc does not tell it.
 */
const OWNED = /^[a-z-]+-(\d+)\.(\d+)-(?:b([0-9a-f]+)s(\d+)_)?\w+(?:\.[a-z.]+)?$/;

/** A process, as its name for a file says. */
export interface Owner {
  readonly pid: number;
  /** Whether its number means the same process here: it has our pid namespace, and our kernel. */
  readonly isHere: boolean;
  /** When it began, in ticks since the kernel's start: a number that comes again is of another process. */
  readonly start: string | undefined;
}

/** The start of a name that says whose it is: append random letters. `kind` is of small letters and dashes. */
export function ownedPrefix(kind: string, pid = process.pid): string {
  const start = startOf(pid);
  const identity = start === undefined || boot() === '' ? '' : `b${boot()}s${start}_`;
  return `${kind}-${pidNamespace()}.${pid}-${identity}`;
}

/** Whose a name is; undefined for one that does not say. */
export function ownerOf(name: string): Owner | undefined {
  const [, namespace, pid, kernel, start] = OWNED.exec(name) ?? [];
  if (pid === undefined) return undefined;
  const isHere = namespace === pidNamespace() && (kernel === undefined || kernel === boot());
  return { pid: Number(pid), isHere, start };
}

/** Whether a name says that it belongs to a process of this machine that is gone. What cannot be known counts as alive. */
export function isOrphan(name: string): boolean {
  const owner = ownerOf(name);
  if (!owner?.isHere || owner.pid === process.pid) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const start = startOf(owner.pid);
  return owner.start !== undefined && start !== undefined && owner.start !== start;
}

/** Removes what processes left in a folder that were killed before they could tidy up. Another user's stays: it may not be removed. */
export async function removeOrphans(folder: string, kind = ''): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names)
    if (name.startsWith(kind) && isOrphan(name))
      await rm(path.join(folder, name), { recursive: true, force: true }).catch(() => undefined);
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)); the second one is a name in brackets, which may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

let knownBoot: string | undefined;

/** The beginning of the id that the kernel gave itself at its start. */
function boot(): string {
  if (knownBoot === undefined) {
    try {
      knownBoot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    } catch {
      knownBoot = '';
    }
  }
  return knownBoot;
}

let knownNamespace: string | undefined;

/** The number of our pid namespace: the same pid may live in another one that shares the folder. */
function pidNamespace(): string {
  if (knownNamespace === undefined) {
    try {
      knownNamespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
    } catch {
      knownNamespace = '0';
    }
  }
  return knownNamespace;
}
