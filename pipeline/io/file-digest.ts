import { createHash } from 'node:crypto';
import type { FileSource } from './file-source.ts';

const CHUNK = 1 << 20;

/** SHA-256, in hexadecimal digits, of a part of a file, or of all of it. A file that has less is one that changed while it was read. */
export function sha256Of(source: FileSource, { offset, length } = { offset: 0, length: source.size }): string {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(CHUNK);
  for (let done = 0; done < length; ) {
    const bytes = source.fill(buffer.subarray(0, Math.min(CHUNK, length - done)), offset + done);
    if (bytes.length === 0) throw new Error(`${source.path} became shorter while it was read`);
    hash.update(bytes);
    done += bytes.length;
  }
  return hash.digest('hex');
}
