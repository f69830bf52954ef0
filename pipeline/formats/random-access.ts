/**
 * Bytes that can be read at any position. Reads are synchronous: readers of archives make thousands of small ones, and they
 * run in worker threads.
 */
export interface RandomAccess {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `position` on: `length` of them, fewer only at the end. They may be overwritten by the next read. */
  read(position: number, length: number): Uint8Array;
  /** How many bytes from there on are known to be zeros without being read. */
  holeFrom?(position: number): number;
}

/** Bytes in memory as a `RandomAccess`. */
export function inMemory(memory: Uint8Array): RandomAccess {
  // Not Node's subclass: its `slice` does not copy.
  const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.length);
  return {
    size: bytes.length,
    read: (position, length) => bytes.subarray(position, Math.min(position + length, bytes.length)),
  };
}

/** The part of `whole` that starts at `offset`, as a `RandomAccess` of its own. */
export function slice(whole: RandomAccess, offset: number, size: number): RandomAccess {
  return {
    size,
    read: (position, length) => whole.read(offset + position, Math.max(0, Math.min(length, size - position))),
  };
}
