import { randomBytes } from 'node:crypto';
import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDirectory } from './make-directory.ts';
import { isOrphan, ownedPrefix } from './owner.ts';

/*
 * The lease protocol. Processes of one machine, of several containers, or of several machines that share a file system agree through
 * files in a directory; no lock call is needed, and nothing has to run for them.
 *
 * - A lease is a file whose name states its owner (pid namespace, pid, start of the kernel and of the process) and when it was acquired.
 *   Its text is the host's name, for people. Only its owner creates it; so removing a dead owner's lease can hit no living one.
 * - Acquire: write the file. Release: remove it.
 * - Heartbeat: the owner sets the file's mtime every `heartbeat` milliseconds.
 * - Live: an owner in our pid namespace lives as long as its process. Any other owner lives until its heartbeat has stopped: half an hour
 *   by the file's own time, or, for somebody who watches (lease-watch.ts), `expiry` milliseconds by a clock of the watcher's own, so that
 *   clocks of two machines need not agree.
 * - Exclusive: acquire first, then list the live leases. If there is another one, release, pause for a random time, and try again. Of two
 *   that come at once at least one sees the other, so that never both go on; both may give way. There is no queue.
 */

/** How often a lease shows a heartbeat, and after how long without one a watcher takes its owner for dead (milliseconds). */
export interface LeasePace {
  readonly heartbeat: number;
  readonly expiry: number;
}

/** Who waits for a dead process of another container goes on within a minute. */
export const LEASE_PACE: LeasePace = { heartbeat: 5000, expiry: 50_000 };

/** An owner without a heartbeat for so long is dead even where its process cannot be looked up and nobody watched. */
const UNWATCHED_EXPIRY_MILLISECONDS = 1_800_000;
const RETRY_MILLISECONDS = 50;

/** A lease that this process holds. */
export interface Lease {
  /** Name of its file. */
  readonly name: string;
  release(): Promise<void>;
}

/** Acquires a lease in a directory and keeps its heartbeat until it is released. */
export async function acquireLease(directory: string, kind: string, pace = LEASE_PACE): Promise<Lease> {
  const name = `${ownedPrefix(kind)}${Date.now()}x${randomBytes(4).toString('hex')}`;
  const file = path.join(directory, name);
  await makeDirectory(directory);
  // The name holds all that counts; on a full disk the file stays empty.
  await writeFile(file, `${os.hostname()}\n`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') throw error;
    return writeFile(file, '');
  });
  const heartbeat = setInterval(() => void touch(file), pace.heartbeat);
  heartbeat.unref();
  return {
    name,
    async release() {
      clearInterval(heartbeat);
      await rm(file, { force: true }).catch(() => undefined);
    },
  };
}

/** When a lease was acquired, in milliseconds since 1970; 0 where its name does not say. */
export function acquiredAt(name: string): number {
  return Number(/(\d+)x[0-9a-f]+$/.exec(name)?.[1] ?? 0);
}

/** Names of the live leases of a directory. Those of dead owners are removed. */
export async function liveLeases(directory: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of await readdir(directory).catch((): string[] => [])) {
    const file = path.join(directory, name);
    if (isOrphan(name) || (await isExpired(file))) await rm(file, { force: true }).catch(() => undefined);
    else names.push(name);
  }
  return names;
}

/** Acquires a lease that excludes all others of the directory; undefined when another one was live at each attempt. */
export async function tryAcquireExclusive(
  directory: string,
  kind: string,
  attempts: number,
  pace = LEASE_PACE,
): Promise<Lease | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await sleep(RETRY_MILLISECONDS * (1 + Math.random()));
    const lease = await acquireLease(directory, kind, pace);
    if ((await liveLeases(directory)).every((name) => name === lease.name)) return lease;
    await lease.release();
  }
  return undefined;
}

async function touch(file: string): Promise<void> {
  const now = Date.now() / 1000;
  await utimes(file, now, now).catch(() => undefined);
}

async function isExpired(file: string): Promise<boolean> {
  const seen = await stat(file).catch(() => undefined);
  return seen !== undefined && Date.now() - seen.mtimeMs > UNWATCHED_EXPIRY_MILLISECONDS;
}
