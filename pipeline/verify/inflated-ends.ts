import { once } from 'node:events';
import { crc32, createGunzip, createInflateRaw } from 'node:zlib';
import type { RandomAccess } from '../formats/random-access.ts';

/** What came out of a compressed stream. */
export interface InflatedEnds {
  readonly size: number;
  readonly crc32: number;
  /** The first bytes. */
  readonly head: Uint8Array;
  /** The last bytes. */
  readonly tail: Uint8Array;
}

const CHUNK = 1 << 20;
const KEPT = 4 << 20;

/** Unpacks a stream and keeps its ends. Throws where it is damaged, or does not end with its source. */
export async function inflatedEnds(source: RandomAccess, format: 'gzip' | 'deflate-raw'): Promise<InflatedEnds> {
  const stream = format === 'gzip' ? createGunzip() : createInflateRaw();
  let size = 0;
  let sum = 0;
  let head = Buffer.alloc(0);
  // Chunks are small: joining them each time would copy megabytes for every few kilobytes.
  const last: Buffer[] = [];
  let kept = 0;
  stream.on('data', (bytes: Buffer) => {
    size += bytes.length;
    // The sum of gzip is checked by the stream itself.
    if (format === 'deflate-raw') sum = crc32(bytes, sum);
    if (head.length < KEPT) head = Buffer.concat([head, bytes.subarray(0, KEPT - head.length)]);
    last.push(bytes);
    kept += bytes.length;
    while (kept - (last[0]?.length ?? 0) >= KEPT) kept -= last.shift()?.length ?? 0;
  });
  const ended = once(stream, 'end');
  ended.catch(() => undefined);
  for (let at = 0; at < source.size; at += CHUNK) {
    if (!stream.write(Buffer.from(source.read(at, Math.min(CHUNK, source.size - at)))))
      await Promise.race([once(stream, 'drain'), ended]);
  }
  stream.end();
  await ended;
  if (format === 'deflate-raw' && stream.bytesWritten !== source.size)
    throw new Error(`the stream ends after ${stream.bytesWritten} of ${source.size} bytes`);
  return { size, crc32: sum, head, tail: Buffer.concat(last).subarray(-KEPT) };
}
