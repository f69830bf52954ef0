/** Most bytes that one stored block holds (RFC 1951 §3.2.4). */
const LARGEST_BLOCK = 0xffff;

const ADLER_MODULUS = 65_521;
/** Most additions before the sums leave 32 bits. */
const ADLER_RUN = 3800;

/**
 * A zlib stream (RFC 1950) that holds the bytes as they are. What a disk of ours holds is compressed already, and no library's idea of
 * compression, which changes with its version, gets into the bytes of a release.
 */
export function storedZlib(content: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(content.length / LARGEST_BLOCK));
  const bytes = new Uint8Array(2 + blocks * 5 + content.length + 4);
  const view = new DataView(bytes.buffer);
  // Deflate with a window of 32 KiB, "fastest", and the check that makes the pair a multiple of 31.
  bytes.set([0x78, 0x01]);
  let at = 2;
  for (let block = 0; block < blocks; block += 1) {
    const part = content.subarray(block * LARGEST_BLOCK, (block + 1) * LARGEST_BLOCK);
    bytes[at] = block === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length & 0xffff, true);
    bytes.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(at, adler32(content));
  return bytes;
}

/** Adler-32 (RFC 1950 §9). */
function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let start = 0; start < bytes.length; start += ADLER_RUN) {
    const end = Math.min(start + ADLER_RUN, bytes.length);
    for (let index = start; index < end; index += 1) {
      low += bytes[index] ?? 0;
      high += low;
    }
    low %= ADLER_MODULUS;
    high %= ADLER_MODULUS;
  }
  return high * 65_536 + low;
}
