import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import xz from 'xz-decompress';
import { wrongBytes } from '../formats/wrong-bytes.ts';

const gunzipAsync = promisify(gunzip);

/** Unpacks by the end of a file's name: `.xz`, `.gz`, or nothing. Throws `wrong-bytes` for damage, naming `what`. */
export async function decompress(bytes: Uint8Array, name: string, what: string): Promise<Uint8Array> {
  try {
    if (name.endsWith('.gz')) return await gunzipAsync(bytes);
    if (name.endsWith('.xz')) return await unxz(bytes);
  } catch (error) {
    throw wrongBytes(`${what} is damaged: its ${name} cannot be unpacked.`, String(error));
  }
  if (name.endsWith('.zst')) throw wrongBytes(`${what} is compressed with zstd, which Debian 13 does not use.`);
  return bytes;
}

async function unxz(bytes: Uint8Array): Promise<Uint8Array> {
  const source = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const chunks: Uint8Array[] = [];
  const reader = new xz.XzReadableStream(source).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
  }
  return Buffer.concat(chunks);
}
