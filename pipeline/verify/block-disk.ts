import type { RandomAccess } from '../formats/random-access.ts';

/** A virtual disk as its container's tables show it: `read` gives a block's bytes, or `undefined` for one of zeros. */
export function blockDisk(
  size: number,
  block: number,
  readBlock: (index: number) => Uint8Array | undefined,
  hasBlock: (index: number) => boolean,
): RandomAccess {
  let cached: { readonly index: number; readonly bytes: Uint8Array | undefined } | undefined;
  return {
    size,
    holeFrom: (position) => (hasBlock(Math.floor(position / block)) ? 0 : block - (position % block)),
    read(position, length) {
      const out = new Uint8Array(Math.max(0, Math.min(length, size - position)));
      for (let done = 0; done < out.length; ) {
        const index = Math.floor((position + done) / block);
        const within = (position + done) % block;
        const part = Math.min(block - within, out.length - done);
        if (cached?.index !== index) cached = { index, bytes: readBlock(index)?.slice() };
        if (cached.bytes) out.set(cached.bytes.subarray(within, within + part), done);
        done += part;
      }
      return out;
    },
  };
}
