import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { FileSource } from './file-source.ts';

/** What a file system keeps a hole in: smaller runs of zeros would be stored anyway. */
const GRAIN = 4096;
const CHUNK = 1 << 20;
const ZEROS = Buffer.alloc(GRAIN);

/** A new file of a known size in which only what is not zero takes room. Close it when done. */
export class SparseFile {
  readonly size: number;
  readonly #fd: number;

  /** All of it is one hole. */
  constructor(path: string, size: number) {
    this.size = size;
    this.#fd = openSync(path, 'wx', 0o644);
    ftruncateSync(this.#fd, size);
  }

  /** Puts bytes at a position of the file, which they must not leave. Whole grains of zeros stay holes. */
  put(bytes: Uint8Array, position: number): void {
    if (position < 0 || position + bytes.length > this.size)
      throw new RangeError(`${bytes.length} bytes at ${position} leave a file of ${this.size}`);
    for (let start = 0; start < bytes.length; ) {
      const isHole = isZero(bytes, start);
      let end = start + GRAIN;
      while (end < bytes.length && isZero(bytes, end) === isHole) end += GRAIN;
      end = Math.min(end, bytes.length);
      if (!isHole) this.#write(bytes.subarray(start, end), position + start);
      start = end;
    }
  }

  /** Puts a part of a file, `size` bytes from its byte `start` on, at a position, a MiB at a time. */
  copy(
    { source, start, size }: { readonly source: FileSource; readonly start: number; readonly size: number },
    position: number,
  ): void {
    const buffer = new Uint8Array(CHUNK);
    for (let done = 0; done < size; done += CHUNK) {
      const chunk = buffer.subarray(0, Math.min(CHUNK, size - done));
      if (source.fill(chunk, start + done).length !== chunk.length)
        throw new Error(`${source.path} became shorter while it was read`);
      this.put(chunk, position + done);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.#fd, bytes, done, bytes.length - done, position + done);
  }
}

/** Whether the grain that starts there, or what is left of it, is all zeros. */
function isZero(bytes: Uint8Array, start: number): boolean {
  const end = Math.min(start + GRAIN, bytes.length);
  return ZEROS.compare(bytes, start, end, 0, end - start) === 0;
}
