import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { RandomAccess } from '../formats/random-access.ts';

/** Big enough for a header and the small files around it, small enough to skip big contents cheaply. */
const WINDOW = 32 * 1024;

/** A file that is read at any position. Close it when done. */
export class FileSource implements RandomAccess {
  readonly size: number;
  readonly path: string;
  readonly #fd: number;
  readonly #window = new Uint8Array(WINDOW);
  #start = 0;
  #length = 0;

  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, 'r');
    this.size = fstatSync(this.#fd).size;
  }

  read(position: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    if (wanted > WINDOW) return this.#readInto(new Uint8Array(wanted), position, wanted);
    if (position < this.#start || position + wanted > this.#start + this.#length) {
      this.#start = position;
      this.#length = this.#readInto(this.#window, position, Math.min(WINDOW, this.size - position)).length;
    }
    const from = position - this.#start;
    return this.#window.subarray(from, Math.min(from + wanted, this.#length));
  }

  /** Reads into `target`, whole, past the window; for copying. */
  fill(target: Uint8Array, position: number): Uint8Array {
    return this.#readInto(target, position, target.length);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readInto(target: Uint8Array, position: number, length: number): Uint8Array {
    let filled = 0;
    while (filled < length) {
      const count = readSync(this.#fd, target, filled, length - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return target.subarray(0, filled);
  }
}
