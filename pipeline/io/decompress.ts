import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import xz from 'xz-decompress';
import { BuildError } from '../core/failure.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import { notDecompressed, unpacksToTooMuch } from './messages.ts';

export type Compression = 'none' | 'gzip' | 'xz';

/** Bounds on what may come out of a compressed stream. */
export interface SizeLimit {
  /** Bytes. */
  readonly most: number;
}

const CHUNK = 256 * 1024;

/**
 * What comes out of compressed bytes, piece by piece. Throws `wrong-bytes` naming `what` where they are damaged or cut short, or
 * where more than `limit.most` comes out (an archive made to fill the disk).
 */
export async function* decompress(
  source: RandomAccess,
  { compression, what, limit }: { readonly compression: Compression; readonly what: string; readonly limit: SizeLimit },
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of opened(source, compression, what)) {
    total += chunk.length;
    if (total > limit.most) throw new BuildError(unpacksToTooMuch(what, limit.most));
    yield chunk;
  }
}

async function* opened(source: RandomAccess, compression: Compression, what: string): AsyncGenerator<Uint8Array> {
  if (compression === 'none') {
    yield* chunksOf(source);
    return;
  }
  const stream: AsyncIterable<Uint8Array> =
    compression === 'gzip' ? Readable.from(chunksOf(source)).pipe(createGunzip()) : xzStream(source);
  try {
    yield* stream;
  } catch (error) {
    throw new BuildError(notDecompressed(what, compression, String(error)));
  }
}

function* chunksOf(source: RandomAccess): Generator<Uint8Array> {
  for (let position = 0; position < source.size; position += CHUNK) yield source.read(position, CHUNK).slice();
}

/** xz through WebAssembly. One stream is decompressed at a time in a thread; others wait. */
async function* xzStream(source: RandomAccess): AsyncGenerator<Uint8Array> {
  const pieces = chunksOf(source);
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const next = pieces.next();
    if (next.done) controller.close();
    else controller.enqueue(next.value);
  };
  // Nothing is read ahead: an error would overtake what waits in the queue.
  const input = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  const reader = new xz.XzReadableStream(input).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Small compressed bytes, whole. */
export async function decompressAll(
  source: RandomAccess,
  options: { readonly compression: Compression; readonly what: string; readonly limit: SizeLimit },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompress(source, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
