import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { harmless } from '../core/harmless.ts';
import { stopIfAborted } from '../core/interrupted.ts';
import { acquiredAt, LEASE_PACE, type LeasePace, liveLeases } from './lease.ts';
import { ownerOf } from './owner.ts';

/** How a process waits for the leases of others. */
export interface LeaseWaitOptions {
  /** Ends the wait as interrupted. */
  readonly signal?: AbortSignal | undefined;
  /** Receives a sentence for the person who waits. */
  readonly tell?: ((sentence: string) => void) | undefined;
  readonly pace?: LeasePace | undefined;
}

const POLL_MILLISECONDS = 50;
/** Shorter waits are not reported. */
const REPORTED_AFTER_MILLISECONDS = 1000;

interface Watched {
  readonly mtimeMs: number;
  /** When that was first seen, by a clock that never jumps. */
  readonly since: number;
}

/**
 * Watches the leases of a directory while somebody waits for them, and reports whom it waits for. An owner of our pid namespace lives as
 * long as its process; the lease of any other owner is removed when its heartbeat stopped while it was watched.
 */
export class LeaseWatch {
  readonly #directory: string;
  readonly #activity: string;
  readonly #options: LeaseWaitOptions;
  readonly #begun = performance.now();
  readonly #watched = new Map<string, Watched>();
  readonly #reported = new Set<string>();

  /** `activity` is what the owners do, such as `removes from the store`. */
  constructor(directory: string, activity: string, options: LeaseWaitOptions) {
    this.#directory = directory;
    this.#activity = activity;
    this.#options = options;
  }

  /** Looks once, and pauses if there is a live lease. Returns whether there was one. */
  async poll(): Promise<boolean> {
    stopIfAborted(this.#options.signal);
    const names = await liveLeases(this.#directory);
    const isLate = performance.now() - this.#begun > REPORTED_AFTER_MILLISECONDS;
    for (const name of names) {
      if (isLate && !this.#reported.has(name)) await this.#reportWait(name);
      await this.#watch(name);
    }
    if (names.length === 0) return false;
    // An abort ends the pause early; the next line throws.
    await sleep(POLL_MILLISECONDS, undefined, { signal: this.#options.signal }).catch(() => undefined);
    stopIfAborted(this.#options.signal);
    return true;
  }

  async #reportWait(name: string): Promise<void> {
    this.#reported.add(name);
    this.#options.tell?.(`Waiting for ${await describeLease(this.#directory, name)}, which ${this.#activity}.`);
  }

  async #watch(name: string): Promise<void> {
    if (ownerOf(name)?.isHere) return;
    const file = path.join(this.#directory, name);
    const seen = await stat(file).catch(() => undefined);
    if (!seen) return;
    const now = performance.now();
    const before = this.#watched.get(name);
    if (before?.mtimeMs !== seen.mtimeMs) {
      this.#watched.set(name, { mtimeMs: seen.mtimeMs, since: now });
      return;
    }
    const { expiry } = this.#options.pace ?? LEASE_PACE;
    if (now - before.since < expiry) return;
    const owner = await describeLease(this.#directory, name);
    await rm(file, { force: true }).catch(() => undefined);
    this.#options.tell?.(`No heartbeat for ${Math.round(expiry / 1000)} s from ${owner}: its lease has expired.`);
  }
}

/** The owner of a lease, for a person: process, machine, since when, and the lease's file. */
export async function describeLease(directory: string, name: string): Promise<string> {
  const owner = ownerOf(name);
  const file = path.join(directory, name);
  const host = harmless((await readFile(file, 'utf8').catch(() => '')).slice(0, 64).trim());
  const place = owner?.isHere
    ? ''
    : host === ''
      ? ' of another container or machine'
      : ` of another container or machine (${host})`;
  const acquired = acquiredAt(name);
  const since =
    acquired > 0 && acquired < 8.64e15 ? `, at work since ${new Date(acquired).toISOString().slice(0, 19)}Z` : '';
  return `${owner ? `process ${owner.pid}` : 'an unknown process'}${place}${since} (${file})`;
}
