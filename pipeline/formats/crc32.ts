/** A CRC of 32 bits with its bits reflected, from all ones, inverted at its end. `seed` is the CRC of what came before. */
function reflectedCrc(polynomial: number): (bytes: Uint8Array, seed?: number) => number {
  const table = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
  return (bytes, seed = 0) => {
    let value = ~seed;
    for (const byte of bytes) value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
    return ~value >>> 0;
  };
}

/** CRC-32 as GPT, zip and gzip have it (ISO 3309). */
export const crc32 = reflectedCrc(0xedb8_8320);

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), as VHDX and ext4 have it. */
export const crc32c = reflectedCrc(0x82f6_3b78);
