import { createHash } from 'node:crypto';
import { digestFromHex } from '../core/digest.ts';
import type { Blob } from '../core/step.ts';
import type { RandomAccess } from '../formats/random-access.ts';

const BLOCK = 64 * 1024;
const ZEROS = Buffer.alloc(BLOCK);

/**
 * Digest of a disk by what is on it: SHA-256 over the offset (eight bytes, little-endian) and the bytes of each block of 64 KiB that holds
 * anything, in their order, and then over the disk's size. So ten gigabytes of zeros cost nothing, and every container of one disk gives
 * the same digest. The last block may be short.
 */
export class DiskDigest {
  readonly #hash = createHash('sha256');
  readonly #block = Buffer.alloc(BLOCK);
  #filled = 0;
  #size = 0;

  /** Adds the next bytes. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + BLOCK - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === BLOCK) this.#flush();
    }
  }

  /** Adds so many zeros. */
  addZeros(count: number): void {
    for (let left = count; left > 0; ) {
      const part = Math.min(left, BLOCK - this.#filled);
      if (part === BLOCK) this.#size += BLOCK;
      else this.add(ZEROS.subarray(0, part));
      left -= part;
    }
  }

  /** The digest, and how large the disk is. */
  end(): Blob {
    this.#flush();
    this.#hash.update(number(this.#size));
    return { digest: digestFromHex(this.#hash.digest('hex')), size: this.#size };
  }

  #flush(): void {
    const block = this.#block.subarray(0, this.#filled);
    if (ZEROS.compare(block, 0, block.length, 0, block.length) !== 0)
      this.#hash.update(number(this.#size)).update(block);
    this.#size += block.length;
    this.#filled = 0;
  }
}

function number(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** The same of a disk that is at hand. */
export function digestOfDisk(disk: RandomAccess): Blob {
  const digest = new DiskDigest();
  for (let at = 0; at < disk.size; ) {
    const hole = disk.holeFrom?.(at) ?? 0;
    const part = hole > 0 ? Math.min(hole, disk.size - at) : Math.min(1 << 20, disk.size - at);
    if (hole > 0) digest.addZeros(part);
    else digest.add(disk.read(at, part));
    at += part;
  }
  return digest.end();
}
