import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOrphan, ownedPrefix } from '../exec/owned-name.ts';
import { diskTrouble } from './disk-trouble.ts';
import { makeFolder } from './make-folder.ts';

/** Access times that are younger than this are not renewed (milliseconds); so what a build uses is at most this much older than its start. */
export const FRESH_MILLISECONDS = 1_200_000;

/** A user or a cleaner that did not show a sign of life for so long is gone, even where its process cannot be looked for. */
const SILENT_MILLISECONDS = 1_800_000;
const SIGN_OF_LIFE_MILLISECONDS = 300_000;
const LOOK_AGAIN_MILLISECONDS = 50;

/**
 * Who uses a store, and who removes from it. A user leaves a file in `in-use/` for as long as it works and waits for a running cleaner
 * before it begins; a cleaner holds `cleaning` and keeps what users that it sees may need. Each looks for the other after it has shown
 * itself, so that one of two that come at once sees the other.
 */
export class StoreUse {
  readonly #folder: string;

  /** `folder` is that of the store. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Says that this process uses the store from now on, after any cleaner has finished. The answer ends it. */
  async begin(): Promise<() => Promise<void>> {
    const users = path.join(this.#folder, 'in-use');
    const file = path.join(users, `${ownedPrefix('use')}${Date.now()}x${randomBytes(4).toString('hex')}`);
    // Where that cannot be written, in a store that another user filled, nothing can be removed by us either.
    await makeFolder(users)
      .then(() => writeFile(file, ''))
      .catch(() => undefined);
    const sign = setInterval(() => void touch(file), SIGN_OF_LIFE_MILLISECONDS);
    sign.unref();
    await this.cleaned();
    return async () => {
      clearInterval(sign);
      await rm(file, { force: true }).catch(() => undefined);
    };
  }

  /** Waits while somebody removes from the store; whether there was somebody. */
  async cleaned(): Promise<boolean> {
    let waited = false;
    while (await this.#isCleaned()) {
      waited = true;
      await sleep(LOOK_AGAIN_MILLISECONDS);
    }
    return waited;
  }

  /** Does something as the only cleaner; undefined where another one is at work already. */
  async whileCleaning<T>(clean: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#claim())) return undefined;
    try {
      return await clean();
    } finally {
      await rm(this.#cleaner, { force: true });
    }
  }

  /** When the user that is at work longest began, in milliseconds since 1970; for a cleaner to ask. What dead users left is removed. */
  async oldestUse(): Promise<number> {
    const folder = path.join(this.#folder, 'in-use');
    let oldest = Number.POSITIVE_INFINITY;
    for (const name of await readdir(folder).catch((): string[] => [])) {
      const file = path.join(folder, name);
      if (isOrphan(name) || (await isSilent(file))) await rm(file, { force: true }).catch(() => undefined);
      else oldest = Math.min(oldest, Number(/-(\d+)x/.exec(name)?.[1] ?? 0));
    }
    return oldest;
  }

  get #cleaner(): string {
    return path.join(this.#folder, 'cleaning');
  }

  async #claim(): Promise<boolean> {
    if (await this.#isCleaned()) return false;
    const owner = `${ownedPrefix('clean')}0`;
    const draft = path.join(this.#folder, owner);
    try {
      // A mark is there with its owner's name or not at all: an empty one, left by a full disk, would be obeyed for half an hour.
      await writeFile(draft, owner);
      await link(draft, this.#cleaner);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw diskTrouble(error, this.#folder);
    } finally {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  /** Whether a living process cleans; the mark of a dead one is removed. */
  async #isCleaned(): Promise<boolean> {
    const name = await readFile(this.#cleaner, 'utf8').catch(() => undefined);
    if (name === undefined) return false;
    if (!isOrphan(name) && !(await isSilent(this.#cleaner))) return true;
    await rm(this.#cleaner, { force: true });
    return false;
  }
}

/** Renews the time when a file or folder was last of use, unless that is fresh; the time of its last change stays. */
export async function renewUse(place: string): Promise<void> {
  const seen = await stat(place).catch(() => undefined);
  if (seen && Date.now() - seen.atimeMs > FRESH_MILLISECONDS)
    await utimes(place, Date.now() / 1000, seen.mtimeMs / 1000).catch(() => undefined);
}

async function touch(file: string): Promise<void> {
  const now = Date.now() / 1000;
  await utimes(file, now, now).catch(() => undefined);
}

async function isSilent(file: string): Promise<boolean> {
  const seen = await stat(file).catch(() => undefined);
  return seen !== undefined && Date.now() - seen.mtimeMs > SILENT_MILLISECONDS;
}
