import { createHash } from 'node:crypto';
import { SEED } from './moments.ts';

/** Random choices that are the same in every run with the same seed (`--seed` of the runner) and name. */
export class Draws {
  #count = 0;

  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** A whole number from 0 up to, but without, the limit. */
  below(limit: number): number {
    const digest = createHash('sha256')
      .update(`${SEED}\n${this.#name}\n${this.#count++}`)
      .digest();
    return digest.readUInt32BE(0) % limit;
  }

  /** True in so many of a hundred draws. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  one<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** As many values as drawn by `count`, each made by `make`. */
  list<T>(count: number, make: (index: number) => T): readonly T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}
