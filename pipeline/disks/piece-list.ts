import { type Piece, type PieceList, pieceSize } from '../core/pieces.ts';
import type { FileSource } from '../trees/file-source.ts';

export function bytesPiece(bytes: Uint8Array): Piece {
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') };
}

/** What a writer of a `pieces` output writes. */
export function pieceListText(pieces: readonly Piece[]): Uint8Array {
  const list: PieceList = { size: pieces.reduce((sum, piece) => sum + pieceSize(piece), 0), pieces };
  return new TextEncoder().encode(JSON.stringify(list));
}

/** Bytes of the stream that an input lists. */
export function pieceListSize(source: FileSource): number {
  const text = new TextDecoder().decode(source.fill(new Uint8Array(source.size), 0));
  return (JSON.parse(text) as PieceList).size;
}
