import type { FileSource } from '../trees/file-source.ts';

/** What a piece of a disk is read from. */
export type PieceSource = Pick<FileSource, 'path' | 'size' | 'fill'>;

/** Bytes that stand at an offset instead of the file's own. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A file as it reads with other bytes in some places; the file itself stays as it is. */
export function patchedFile(file: PieceSource, patches: readonly Patch[]): PieceSource {
  return {
    path: file.path,
    size: file.size,
    fill(target, position) {
      const filled = file.fill(target, position);
      for (const { offset, bytes } of patches) {
        const from = Math.max(position, offset);
        const to = Math.min(position + filled.length, offset + bytes.length);
        if (from < to) filled.set(bytes.subarray(from - offset, to - offset), from - position);
      }
      return filled;
    },
  };
}
