import { bytesPiece, type Piece } from '../core/pieces.ts';
import type { ComposedDisk } from './composed-disk.ts';
import { type Content, sizeOf } from './file-slice.ts';

/** A part of a disk as pieces of a stream, from byte `start` to byte `end`. */
export function diskPieces(disk: Pick<ComposedDisk, 'contents'>, start: number, end: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let next = start;
  for (const { offset, content } of disk.contents) {
    const from = Math.max(start, offset);
    const to = Math.min(end, offset + sizeOf(content));
    if (from >= to) continue;
    if (from < next) throw new RangeError(`contents of a disk overlap at byte ${from}`);
    if (from > next) pieces.push({ zeros: from - next });
    pieces.push(pieceOf(content, from - offset, to - offset));
    next = to;
  }
  if (end > next) pieces.push({ zeros: end - next });
  return pieces;
}

function pieceOf(content: Content, start: number, end: number): Piece {
  if (content instanceof Uint8Array) return bytesPiece(content.subarray(start, end));
  return { input: content.input, offset: content.start + start, size: end - start };
}
