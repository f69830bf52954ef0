import { type FileHandle, open } from 'node:fs/promises';
import { BuildError } from '../core/failure.ts';
import type { Piece, PieceList } from '../core/pieces.ts';
import type { RunRequest } from '../core/ports.ts';
import { inputIsShort } from './messages.ts';

/** Bytes handed on at once. */
const CHUNK = 256 * 1024;
const ZEROS = Buffer.alloc(CHUNK);

type Step = Pick<RunRequest, 'inputs' | 'title'>;

/** The bytes of all pieces, front to end. An input that is not there, or shorter than its pieces, is told as `wrong-bytes` of that step. */
export async function* splice({ pieces }: PieceList, step: Step): AsyncGenerator<Uint8Array> {
  const files = new Map<string, FileHandle>();
  try {
    for (const piece of pieces) {
      if ('bytes' in piece) yield Buffer.from(piece.bytes, 'base64');
      else if ('zeros' in piece) yield* zeros(piece.zeros);
      else yield* partOf(await opened(files, piece.input, step), piece, step);
    }
  } finally {
    for (const file of files.values()) await file.close();
  }
}

async function opened(files: Map<string, FileHandle>, name: string, step: Step): Promise<FileHandle> {
  const known = files.get(name);
  if (known !== undefined) return known;
  const path = step.inputs[name]?.path;
  if (path === undefined) throw new RangeError(`a piece is of ${JSON.stringify(name)}, which is no input of this step`);
  const file = await open(path, 'r').catch((error: unknown) => {
    throw broken(step, name, error instanceof Error ? error.message : String(error));
  });
  files.set(name, file);
  return file;
}

function* zeros(count: number): Generator<Uint8Array> {
  for (let left = count; left > 0; left -= CHUNK) yield left < CHUNK ? ZEROS.subarray(0, left) : ZEROS;
}

async function* partOf(
  file: FileHandle,
  { input, offset, size }: Extract<Piece, { readonly input: string }>,
  step: Step,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size; ) {
    // A new buffer each time: whoever was given one may not have sent it on yet.
    const wanted = Math.min(CHUNK, size - done);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, offset + done);
    if (bytesRead === 0)
      throw broken(step, input, `It ends at byte ${offset + done}; its piece goes on to ${offset + size}.`);
    yield buffer.subarray(0, bytesRead);
    done += bytesRead;
  }
}

function broken({ inputs, title }: Step, input: string, evidence: string): BuildError {
  return new BuildError(inputIsShort(title, input, inputs[input]?.path ?? input, evidence));
}
