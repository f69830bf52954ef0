import type { RandomAccess } from '../formats/random-access.ts';
import type { ComposedDisk } from './composed-disk.ts';
import { copyOverlap } from './disk-blocks.ts';

/** A disk, read at any position as if it were one file. */
export function diskSource(disk: ComposedDisk): RandomAccess {
  return {
    size: disk.size,
    read(position, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, disk.size - position)));
      for (const content of disk.contents) copyOverlap(content, position, bytes);
      return bytes;
    },
  };
}
