import { type FileHandle, open, readFile } from 'node:fs/promises';
import { type Piece, type PieceList, pieceSize } from '../core/pieces.ts';

/** Bytes handed on at once. */
const CHUNK = 256 * 1024;
const ZEROS = Buffer.alloc(CHUNK);

/** The list of pieces in `file`, which one of our writers made. */
export async function readPieceList(file: string): Promise<PieceList> {
  const list = JSON.parse(await readFile(file, 'utf8')) as PieceList;
  const sum = list.pieces.reduce((bytes, piece) => bytes + pieceSize(piece), 0);
  if (sum !== list.size) throw new Error(`the pieces in ${file} have ${sum} bytes, not ${list.size}`);
  return list;
}

/** The bytes of all pieces, front to end. `inputs`: the files of the step's inputs by name. */
export async function* splice(
  { pieces }: PieceList,
  inputs: { readonly [name: string]: string },
): AsyncGenerator<Uint8Array> {
  const files = new Map<string, FileHandle>();
  try {
    for (const piece of pieces) {
      if ('bytes' in piece) yield Buffer.from(piece.bytes, 'base64');
      else if ('zeros' in piece) yield* zeros(piece.zeros);
      else yield* partOf(await opened(files, piece.input, inputs), piece);
    }
  } finally {
    for (const file of files.values()) await file.close();
  }
}

async function opened(
  files: Map<string, FileHandle>,
  name: string,
  inputs: { readonly [name: string]: string },
): Promise<FileHandle> {
  const known = files.get(name);
  if (known !== undefined) return known;
  const path = inputs[name];
  if (path === undefined) throw new Error(`a piece is of ${JSON.stringify(name)}, which is no input of this step`);
  const file = await open(path, 'r');
  files.set(name, file);
  return file;
}

function* zeros(count: number): Generator<Uint8Array> {
  for (let left = count; left > 0; left -= CHUNK) yield left < CHUNK ? ZEROS.subarray(0, left) : ZEROS;
}

async function* partOf(
  file: FileHandle,
  { input, offset, size }: Extract<Piece, { readonly input: string }>,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size; ) {
    // A new buffer each time: whoever was given one may not have sent it on yet.
    const wanted = Math.min(CHUNK, size - done);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, offset + done);
    if (bytesRead === 0) throw new Error(`the input ${JSON.stringify(input)} became shorter while it was read`);
    yield buffer.subarray(0, bytesRead);
    done += bytesRead;
  }
}
