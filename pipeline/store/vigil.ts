import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { harmless } from '../core/harmless.ts';
import { stopIfAborted } from '../core/interrupted.ts';
import { ownerOf } from '../exec/owned-name.ts';
import { cameAt, living, MARK_PACE, type MarkPace } from './marks.ts';

/** How somebody waits for others. */
export interface Waits {
  /** Ends the wait as interrupted. */
  readonly signal?: AbortSignal | undefined;
  /** Takes a sentence for the person who waits. */
  readonly tell?: ((sentence: string) => void) | undefined;
  readonly pace?: MarkPace | undefined;
}

const LOOK_AGAIN_MILLISECONDS = 50;
/** Shorter waits are not worth a word. */
const SAID_AFTER_MILLISECONDS = 1000;

interface Watched {
  readonly mtimeMs: number;
  /** When that was first seen, by a clock that never jumps. */
  readonly since: number;
}

/**
 * Watches the marks of others in a folder while somebody waits for them. It says whom it waits for. Whose process can be looked for lives as
 * long as that; of all others those are dead that show no sign of life while they are watched, and their marks are removed.
 */
export class Vigil {
  readonly #folder: string;
  readonly #deed: string;
  readonly #waits: Waits;
  readonly #begun = performance.now();
  readonly #watched = new Map<string, Watched>();
  readonly #told = new Set<string>();

  /** `deed` is what the others do, such as `removes from the store`. */
  constructor(folder: string, deed: string, waits: Waits) {
    this.#folder = folder;
    this.#deed = deed;
    this.#waits = waits;
  }

  /** Looks once, and pauses if there is somebody. Whether there was. */
  async goesOn(): Promise<boolean> {
    stopIfAborted(this.#waits.signal);
    const names = await living(this.#folder);
    const isLate = performance.now() - this.#begun > SAID_AFTER_MILLISECONDS;
    for (const name of names) {
      if (isLate && !this.#told.has(name)) await this.#tellOf(name);
      await this.#watch(name);
    }
    if (names.length === 0) return false;
    // An abort ends the pause early; the next look tells.
    await sleep(LOOK_AGAIN_MILLISECONDS, undefined, { signal: this.#waits.signal }).catch(() => undefined);
    stopIfAborted(this.#waits.signal);
    return true;
  }

  async #tellOf(name: string): Promise<void> {
    this.#told.add(name);
    this.#waits.tell?.(`Waiting for ${await described(this.#folder, name)}, which ${this.#deed}.`);
  }

  async #watch(name: string): Promise<void> {
    if (ownerOf(name)?.isHere) return;
    const file = path.join(this.#folder, name);
    const seen = await stat(file).catch(() => undefined);
    if (!seen) return;
    const now = performance.now();
    const before = this.#watched.get(name);
    if (before?.mtimeMs !== seen.mtimeMs) {
      this.#watched.set(name, { mtimeMs: seen.mtimeMs, since: now });
      return;
    }
    const { silence } = this.#waits.pace ?? MARK_PACE;
    if (now - before.since < silence) return;
    const who = await described(this.#folder, name);
    await rm(file, { force: true }).catch(() => undefined);
    this.#waits.tell?.(`No sign of life for ${Math.round(silence / 1000)} s from ${who}: it is taken for dead.`);
  }
}

/** Who left a mark, for a person: process, machine, and since when. */
export async function described(folder: string, name: string): Promise<string> {
  const owner = ownerOf(name);
  const file = path.join(folder, name);
  const host = harmless((await readFile(file, 'utf8').catch(() => '')).slice(0, 64).trim());
  const place = owner?.isHere
    ? ''
    : host === ''
      ? ' of another container or machine'
      : ` of another container or machine (${host})`;
  const came = cameAt(name);
  const since = came > 0 && came < 8.64e15 ? `, at work since ${new Date(came).toISOString().slice(0, 19)}Z` : '';
  return `${owner ? `process ${owner.pid}` : 'somebody'}${place}${since} (${file})`;
}
