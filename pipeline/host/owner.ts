import { readFileSync, readlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * `<kind>-<pid namespace>.<pid>-b<start of the boot id>s<start of the process>_<random>`, perhaps with an ending for what lies beside it.
 * The part from `b` to `_` is missing where /proc does not tell it.
 */
const OWNED = /^[a-z-]+-(\d+)\.(\d+)-(?:b([0-9a-f]+)s(\d+)_)?\w+(?:\.[a-z.]+)?$/;

/** A process, as the name of a file of its own states it. */
export interface Owner {
  readonly pid: number;
  /** Whether the number means the same process here: same pid namespace, same start of the kernel. */
  readonly isHere: boolean;
  /** When the process began, in ticks since the kernel's start. It tells two processes with the same number apart. */
  readonly start: string | undefined;
}

/** The beginning of a name that states its owner; the caller appends random letters. `kind` has small letters and dashes. */
export function ownedPrefix(kind: string, pid = process.pid): string {
  const start = startOf(pid);
  const identity = start === undefined || bootId() === '' ? '' : `b${bootId()}s${start}_`;
  return `${kind}-${pidNamespace()}.${pid}-${identity}`;
}

/** The owner that a name states; undefined for a name that states none. */
export function ownerOf(name: string): Owner | undefined {
  const [, namespace, pid, kernel, start] = OWNED.exec(name) ?? [];
  if (pid === undefined) return undefined;
  const isHere = namespace === pidNamespace() && (kernel === undefined || kernel === bootId());
  return { pid: Number(pid), isHere, start };
}

/**
 * Whether a process is known to have ended. An owner of another pid namespace or machine cannot be looked up and counts as alive; so does
 * a process that this user may not signal.
 */
function isDead({ pid, isHere, start }: Owner): boolean {
  if (!isHere || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const now = startOf(pid);
  return start !== undefined && now !== undefined && start !== now;
}

/** Whether a name states an owner that is known to have ended. */
export function isOrphan(name: string): boolean {
  const owner = ownerOf(name);
  return owner !== undefined && isDead(owner);
}

/** Removes the orphans of a directory whose names begin with `kind`. Files that this user may not remove stay. */
export async function removeOrphans(directory: string, kind = ''): Promise<void> {
  const names = await readdir(directory).catch((): string[] => []);
  for (const name of names)
    if (name.startsWith(kind) && isOrphan(name))
      await rm(path.join(directory, name), { recursive: true, force: true }).catch(() => undefined);
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

let knownBootId: string | undefined;

/** The beginning of the id that the kernel draws at each start. */
function bootId(): string {
  if (knownBootId === undefined) {
    try {
      knownBootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    } catch {
      knownBootId = '';
    }
  }
  return knownBootId;
}

let knownNamespace: string | undefined;

/** The number of this process's pid namespace: another namespace that shares the directory may use the same pid. */
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
