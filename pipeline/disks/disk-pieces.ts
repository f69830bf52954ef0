import type { Piece } from '../core/pieces.ts';
import type { ComposedDisk } from './composed-disk.ts';
import { sizeOf } from './disk-blocks.ts';
import { bytesPiece } from './piece-list.ts';

/** A part of a disk as pieces of a stream, from byte `start` to byte `end`. */
export function diskPieces(disk: Pick<ComposedDisk, 'pieces'>, start: number, end: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let next = start;
  const zerosTo = (offset: number): void => {
    if (offset > next) pieces.push({ zeros: offset - next });
  };
  for (const piece of disk.pieces) {
    const from = Math.max(start, piece.offset);
    const to = Math.min(end, piece.offset + sizeOf(piece));
    if (from >= to) continue;
    zerosTo(from);
    const { content } = piece;
    pieces.push(
      content instanceof Uint8Array
        ? bytesPiece(content.subarray(from - piece.offset, to - piece.offset))
        : { input: content.input, offset: content.start + from - piece.offset, size: to - from },
    );
    next = to;
  }
  zerosTo(end);
  return pieces;
}
