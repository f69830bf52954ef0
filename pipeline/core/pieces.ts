/** A part of a stream; offsets and sizes in bytes. */
export type Piece =
  /** A part of an input of the step. */
  | { readonly input: string; readonly offset: number; readonly size: number }
  | { readonly zeros: number }
  /** Bytes as they are, in base64. */
  | { readonly bytes: string };

/**
 * A stream that is nowhere one file: made by a writer as JSON, put together while a tool reads it (`Command.pieces`). So a disk that is only
 * there to be compressed is not written first.
 */
export interface PieceList {
  /** Bytes of all pieces. */
  readonly size: number;
  /** One behind the other. */
  readonly pieces: readonly Piece[];
}

/** What a writer of a `pieces` output writes. */
export function pieceListText(pieces: readonly Piece[]): Uint8Array {
  const list: PieceList = { size: pieces.reduce((sum, piece) => sum + pieceSize(piece), 0), pieces };
  return new TextEncoder().encode(JSON.stringify(list));
}

/** Reads such a list back. One that is wrong is a bug of the writer that made it. */
export function parsePieceList(text: string): PieceList {
  const { size, pieces } = JSON.parse(text) as PieceList;
  const sum = pieces.reduce((bytes, piece) => bytes + pieceSize(piece), 0);
  if (sum !== size) throw new RangeError(`pieces of ${sum} bytes say that they have ${size}`);
  return { size, pieces };
}

export function bytesPiece(bytes: Uint8Array): Piece {
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') };
}

function pieceSize(piece: Piece): number {
  if ('bytes' in piece) return Buffer.from(piece.bytes, 'base64').length;
  const { offset, size } = 'zeros' in piece ? { offset: 0, size: piece.zeros } : piece;
  if (![offset, size].every((each) => Number.isSafeInteger(each) && each >= 0))
    throw new RangeError(`this is no piece: ${JSON.stringify(piece)}`);
  return size;
}
