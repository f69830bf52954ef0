import { stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { diskTrouble } from './disk-trouble.ts';
import { aloneIn, cameAt, living, showUp } from './marks.ts';
import { described, Vigil, type Waits } from './vigil.ts';

/** Access times that are younger than this are not renewed (milliseconds); so what a build uses is at most this much older than its start. */
export const FRESH_MILLISECONDS = 1_200_000;

/** How often a cleaner that met another one looks again: two that come at once may both have given way. */
const CLEANING_ATTEMPTS = 3;

/**
 * Who uses a store, and who removes from it. A user leaves a file in `in-use/` for as long as it works and waits for running cleaners
 * before it begins; a cleaner leaves one in `cleaners/`, gives way to every other that it sees, and keeps what users that it sees may need.
 * Each looks for the others after it has shown itself, so that of two that come at once at least one sees the other. A file names its owner
 * and belongs to it alone: what a dead process left can be removed by anybody, and nobody removes by mistake what a living one has just made.
 */
export class StoreUse {
  readonly #folder: string;
  readonly #waits: Waits;

  /** `folder` is that of the store; `waits` how its user waits for whoever removes from it. */
  constructor(folder: string, waits: Waits = {}) {
    this.#folder = folder;
    this.#waits = waits;
  }

  /** Says that this process uses the store from now on, after any cleaner has finished. The answer ends it. */
  async begin(): Promise<() => Promise<void>> {
    // Where that cannot be written, in a store that another user filled, nothing can be removed by us either.
    const end = await showUp(this.#users, 'use', this.#waits.pace).catch(() => undefined);
    try {
      await this.cleaned();
    } catch (error) {
      await end?.leave();
      throw error;
    }
    return async () => end?.leave();
  }

  /** Waits while somebody removes from the store, and says for whom; whether there was somebody. Throws when told to stop. */
  async cleaned(): Promise<boolean> {
    const vigil = new Vigil(this.#cleaners, 'removes from the store', this.#waits);
    let waited = false;
    while (await vigil.goesOn()) waited = true;
    return waited;
  }

  /** Does something as the only cleaner; undefined where another one is at work already. */
  async whileCleaning<T>(clean: () => Promise<T>): Promise<T | undefined> {
    const mark = await aloneIn(this.#cleaners, 'clean', CLEANING_ATTEMPTS, this.#waits.pace).catch((error: unknown) => {
      throw diskTrouble(error, this.#folder);
    });
    if (!mark) return undefined;
    try {
      return await clean();
    } finally {
      await mark.leave();
    }
  }

  /** When the user that is at work longest began, in milliseconds since 1970; for a cleaner to ask. */
  async oldestUse(): Promise<number> {
    return Math.min(Number.POSITIVE_INFINITY, ...(await living(this.#users)).map(cameAt));
  }

  /** Who uses the store, each as a person may read it. */
  async users(): Promise<readonly string[]> {
    return Promise.all((await living(this.#users)).map((name) => described(this.#users, name)));
  }

  get #users(): string {
    return path.join(this.#folder, 'in-use');
  }

  get #cleaners(): string {
    return path.join(this.#folder, 'cleaners');
  }
}

/** Renews the time when a file or folder was last of use, unless that is fresh; the time of its last change stays. */
export async function renewUse(place: string): Promise<void> {
  const seen = await stat(place).catch(() => undefined);
  if (seen && Date.now() - seen.atimeMs > FRESH_MILLISECONDS)
    await utimes(place, Date.now() / 1000, seen.mtimeMs / 1000).catch(() => undefined);
}
