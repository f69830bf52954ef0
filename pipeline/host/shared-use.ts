import path from 'node:path';
import { diskFailure } from './disk-failure.ts';
import { acquiredAt, acquireLease, liveLeases, tryAcquireExclusive } from './lease.ts';
import { describeLease, type LeaseWaitOptions, LeaseWatch } from './lease-watch.ts';

/** How often a cleaner that met another one tries again: two that come at once may both have given way. */
const EXCLUSIVE_ATTEMPTS = 3;

/**
 * Shared and exclusive use of a directory, by leases (lease.ts). A user holds a lease in `in-use/` and waits for running cleaners before it
 * begins; a cleaner holds one in `cleaners/`, excludes other cleaners, and keeps what a user with a lease may need. So users do not block
 * each other, nor does a cleaner wait for users.
 */
export class SharedUse {
  readonly #directory: string;
  readonly #wait: LeaseWaitOptions;

  /** `wait` says how this process waits for cleaners. */
  constructor(directory: string, wait: LeaseWaitOptions = {}) {
    this.#directory = directory;
    this.#wait = wait;
  }

  /** Acquires a shared lease, after any cleaner has finished. The result releases it. */
  async acquire(): Promise<() => Promise<void>> {
    // Where the lease cannot be written, in a store that another user filled, this process cannot remove anything either.
    const lease = await acquireLease(this.#users, 'use', this.#wait.pace).catch(() => undefined);
    try {
      await this.waitForExclusive();
    } catch (error) {
      await lease?.release();
      throw error;
    }
    return async () => lease?.release();
  }

  /** Waits for the holder of the exclusive lease, and reports it. Returns whether there was one. Throws `interrupted` on abort. */
  async waitForExclusive(): Promise<boolean> {
    const watch = new LeaseWatch(this.#cleaners, 'removes from the store', this.#wait);
    let waited = false;
    while (await watch.poll()) waited = true;
    return waited;
  }

  /** Does something with the exclusive lease; undefined where another process holds it. */
  async withExclusive<T>(clean: () => Promise<T>): Promise<T | undefined> {
    const lease = await tryAcquireExclusive(this.#cleaners, 'clean', EXCLUSIVE_ATTEMPTS, this.#wait.pace).catch(
      (error: unknown) => {
        throw diskFailure(error, this.#directory);
      },
    );
    if (!lease) return undefined;
    try {
      return await clean();
    } finally {
      await lease.release();
    }
  }

  /** When the oldest live shared lease was acquired, in milliseconds since 1970; infinity where there is none. */
  async oldestLease(): Promise<number> {
    return Math.min(Number.POSITIVE_INFINITY, ...(await liveLeases(this.#users)).map(acquiredAt));
  }

  /** The owners of the live shared leases, for a person. */
  async users(): Promise<readonly string[]> {
    return Promise.all((await liveLeases(this.#users)).map((name) => describeLease(this.#users, name)));
  }

  get #users(): string {
    return path.join(this.#directory, 'in-use');
  }

  get #cleaners(): string {
    return path.join(this.#directory, 'cleaners');
  }
}
