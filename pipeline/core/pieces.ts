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

/** Bytes of a piece. */
export function pieceSize(piece: Piece): number {
  if ('zeros' in piece) return piece.zeros;
  return 'bytes' in piece ? Buffer.byteLength(piece.bytes, 'base64') : piece.size;
}
