import { randomBytes } from 'node:crypto';
import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOrphan, ownedPrefix } from '../exec/owned-name.ts';
import { makeFolder } from './make-folder.ts';

/** How often a mark shows a sign of life, and after how long without one its owner is gone (milliseconds). */
export interface MarkPace {
  readonly sign: number;
  /** For who waits and watches: no sign in all that time. Clocks of two machines need not agree. */
  readonly silence: number;
}

export const MARK_PACE: MarkPace = { sign: 5000, silence: 60_000 };

/** Who did not show a sign of life for so long is gone, even where its process cannot be looked for and nobody watched. */
const SILENT_MILLISECONDS = 1_800_000;
const LOOK_AGAIN_MILLISECONDS = 50;

/** The sign that a process is at work. */
export interface Mark {
  readonly name: string;
  leave(): Promise<void>;
}

/** Leaves a file in the folder that says who we are and when we came, and that shows signs of life until it is taken away. */
export async function showUp(folder: string, kind: string, pace = MARK_PACE): Promise<Mark> {
  const name = `${ownedPrefix(kind)}${Date.now()}x${randomBytes(4).toString('hex')}`;
  const file = path.join(folder, name);
  await makeFolder(folder);
  // The name says all that counts; on a full disk the file stays empty.
  await writeFile(file, `${os.hostname()}\n`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') throw error;
    return writeFile(file, '');
  });
  const sign = setInterval(() => void touch(file), pace.sign);
  sign.unref();
  return {
    name,
    async leave() {
      clearInterval(sign);
      await rm(file, { force: true }).catch(() => undefined);
    },
  };
}

/** When a mark's owner came, in milliseconds since 1970; 0 where its name does not say. */
export function cameAt(name: string): number {
  return Number(/(\d+)x[0-9a-f]+$/.exec(name)?.[1] ?? 0);
}

/** Names of the files whose owners live; what the dead left is removed. */
export async function living(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const file = path.join(folder, name);
    if (isOrphan(name) || (await isSilent(file))) await rm(file, { force: true }).catch(() => undefined);
    else names.push(name);
  }
  return names;
}

/**
 * Shows up, and stays if nobody else is there; else gives way, and looks again. Of two that come at once at least one sees the other; both
 * may give way, so there is some luck in who comes first. Undefined after so many attempts in vain.
 */
export async function aloneIn(
  folder: string,
  kind: string,
  attempts: number,
  pace = MARK_PACE,
): Promise<Mark | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await sleep(LOOK_AGAIN_MILLISECONDS * (1 + Math.random()));
    const mark = await showUp(folder, kind, pace);
    if ((await living(folder)).every((name) => name === mark.name)) return mark;
    await mark.leave();
  }
  return undefined;
}

async function touch(file: string): Promise<void> {
  const now = Date.now() / 1000;
  await utimes(file, now, now).catch(() => undefined);
}

async function isSilent(file: string): Promise<boolean> {
  const seen = await stat(file).catch(() => undefined);
  return seen !== undefined && Date.now() - seen.mtimeMs > SILENT_MILLISECONDS;
}
