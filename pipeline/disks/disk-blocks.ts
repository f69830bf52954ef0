import type { ComposedDisk, PlacedContent } from './composed-disk.ts';
import { fillFrom, sizeOf } from './file-slice.ts';

/** A block of a disk that is not all zeros. */
interface DiskBlock {
  /** It begins at byte `index * blockSize` of the disk. */
  readonly index: number;
  /** A whole block; behind the end of the disk it is zeros. Overwritten by the next one. */
  readonly bytes: Uint8Array;
}

/**
 * The blocks of a disk that hold anything, in their order. Only contents are read: what lies between them costs nothing, however large
 * the disk is.
 */
export function* dataBlocks(disk: ComposedDisk, blockSize: number): Generator<DiskBlock> {
  const bytes = new Uint8Array(blockSize);
  const zeros = new Uint8Array(blockSize);
  let next = 0;
  for (const [at, { offset, content }] of disk.contents.entries()) {
    const last = Math.ceil((offset + sizeOf(content)) / blockSize);
    for (let index = Math.max(next, Math.floor(offset / blockSize)); index < last; index += 1) {
      bytes.fill(0);
      // A block may hold the end of one content and the beginnings of others.
      for (const each of disk.contents.slice(at)) {
        if (each.offset >= (index + 1) * blockSize) break;
        copyOverlap(each, index * blockSize, bytes);
      }
      next = index + 1;
      if (Buffer.compare(bytes, zeros) !== 0) yield { index, bytes };
    }
  }
}

/** Numbers of the blocks that hold anything, in their order. */
export function dataBlockNumbers(disk: ComposedDisk, blockSize: number): readonly number[] {
  return Array.from(dataBlocks(disk, blockSize), ({ index }) => index);
}

/** Puts the part of a content that lies in `block`, which begins at byte `start` of the disk, into its place. */
export function copyOverlap({ offset, content }: PlacedContent, start: number, block: Uint8Array): void {
  const from = Math.max(start, offset);
  const to = Math.min(start + block.length, offset + sizeOf(content));
  if (from >= to) return;
  const place = block.subarray(from - start, to - start);
  if (content instanceof Uint8Array) place.set(content.subarray(from - offset, to - offset));
  else fillFrom(content, place, from - offset);
}
