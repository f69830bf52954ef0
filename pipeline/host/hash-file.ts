import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { digestFromHex } from '../core/digest.ts';
import type { Blob } from '../core/step.ts';

/** Digest and size of a file, streamed. */
export async function hashFile(file: string): Promise<Blob> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const bytes = chunk as Uint8Array;
    hash.update(bytes);
    size += bytes.byteLength;
  }
  return { digest: digestFromHex(hash.digest('hex')), size };
}
