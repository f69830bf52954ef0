import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createGunzip, createInflateRaw } from 'node:zlib';
import type { RandomAccess } from '../formats/random-access.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../host/temporary-directory.ts';
import { FileSource } from '../io/file-source.ts';
import { SparseFile } from '../io/sparse-file.ts';

const CHUNK = 1 << 20;

/** What came out of a stream. */
export interface Unpacked {
  readonly source: RandomAccess;
  readonly crc32: number;
}

/**
 * Unpacks a stream of gzip or deflate to a temporary file with holes and lets `look` see it. Throws where it is damaged, unpacks to more
 * than `most` bytes, or does not end with its source.
 */
export async function withUnpacked<T>(
  packed: RandomAccess,
  { format, most }: { readonly format: 'gzip' | 'deflate-raw'; readonly most: number },
  look: (unpacked: Unpacked) => T | Promise<T>,
): Promise<T> {
  const scratch = await temporaryDirectory('verify');
  try {
    const file = path.join(scratch, 'unpacked');
    const sparse = new SparseFile(file, most);
    let found: { readonly size: number; readonly crc32: number };
    try {
      found = await inflateInto(packed, format, sparse);
    } finally {
      sparse.close();
    }
    const whole = new FileSource(file);
    try {
      const { size } = found;
      const read: RandomAccess['read'] = (position, length) =>
        whole.read(position, Math.max(0, Math.min(length, size - position)));
      return await look({ source: { size, read }, crc32: found.crc32 });
    } finally {
      whole.close();
    }
  } finally {
    await removeTemporaryDirectory(scratch);
  }
}

async function inflateInto(
  packed: RandomAccess,
  format: 'gzip' | 'deflate-raw',
  file: SparseFile,
): Promise<{ readonly size: number; readonly crc32: number }> {
  const stream = format === 'gzip' ? createGunzip() : createInflateRaw();
  let [size, sum] = [0, 0];
  // Grains of zeros are only seen in whole blocks.
  const block = Buffer.alloc(CHUNK);
  let filled = 0;
  const flush = (): void => {
    file.put(block.subarray(0, filled), size - filled);
    filled = 0;
  };
  let trouble: unknown;
  const take = (bytes: Buffer): void => {
    if (size + bytes.length > file.size) throw new Error(`it unpacks to more than ${file.size} bytes`);
    if (format === 'deflate-raw') sum = crc32(bytes, sum);
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.copy(block, filled, at, at + CHUNK - filled);
      filled += part;
      size += part;
      at += part;
      if (filled === CHUNK) flush();
    }
  };
  await pipeline(Readable.from(chunksOf(packed)), stream, async (unpacked: AsyncIterable<Buffer>) => {
    try {
      for await (const bytes of unpacked) take(bytes);
    } catch (error) {
      // The pipeline would speak of the stream that it ends then.
      trouble ??= error;
      throw error;
    }
  }).catch((error: unknown) => {
    throw trouble ?? error;
  });
  flush();
  if (stream.bytesWritten !== packed.size)
    throw new Error(`the stream ends at byte ${stream.bytesWritten} of ${packed.size}`);
  return { size, crc32: sum };
}

function* chunksOf(source: RandomAccess): Generator<Buffer> {
  for (let at = 0; at < source.size; at += CHUNK) yield Buffer.from(source.read(at, Math.min(CHUNK, source.size - at)));
}
