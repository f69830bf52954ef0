import { closeSync, openSync, writeSync } from 'node:fs';
import type { RandomAccess } from '../formats/random-access.ts';
import { FileSource } from './file-source.ts';

const BUFFER = 1 << 20;

/** Makes the file `path`, which must not exist, writes what `fill` gives it, and closes it whatever happens. */
export function writeOutput(path: string, fill: (out: OutputFile) => void): void {
  const out = new OutputFile(path);
  try {
    fill(out);
    out.finish();
  } finally {
    out.close();
  }
}

/** A new file that is written from front to end, in large pieces. Close it when done. */
export class OutputFile {
  readonly #fd: number;
  readonly #buffer = new Uint8Array(BUFFER);
  #filled = 0;
  #flushed = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'wx', 0o644);
  }

  /** Bytes written so far. */
  get position(): number {
    return this.#flushed + this.#filled;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > BUFFER - this.#filled) this.#flush();
    if (bytes.length > BUFFER) {
      this.#writeOut(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  zeros(count: number): void {
    for (let left = count; left > 0; ) {
      if (this.#filled === BUFFER) this.#flush();
      const part = Math.min(left, BUFFER - this.#filled);
      this.#buffer.fill(0, this.#filled, this.#filled + part);
      this.#filled += part;
      left -= part;
    }
  }

  /** Copies a part of a source, which must have it: a shorter one is a file that changed while it was read. */
  copy(source: RandomAccess, offset: number, size: number): void {
    for (let done = 0; done < size; ) {
      if (this.#filled === BUFFER) this.#flush();
      const part = Math.min(size - done, BUFFER - this.#filled);
      const place = this.#buffer.subarray(this.#filled, this.#filled + part);
      if (source instanceof FileSource) {
        if (source.fill(place, offset + done).length !== part)
          throw new Error(`${source.path} became shorter while it was read`);
      } else {
        const bytes = source.read(offset + done, part);
        if (bytes.length !== part) throw new RangeError(`a source of ${source.size} bytes has no ${size} at ${offset}`);
        place.set(bytes);
      }
      this.#filled += part;
      done += part;
    }
  }

  /** Writes what is left. Call it when all went well; then `close`. */
  finish(): void {
    this.#flush();
  }

  close(): void {
    closeSync(this.#fd);
  }

  #flush(): void {
    if (this.#filled === 0) return;
    this.#writeOut(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #writeOut(bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) done += writeSync(this.#fd, bytes, done, bytes.length - done);
    this.#flushed += bytes.length;
  }
}
