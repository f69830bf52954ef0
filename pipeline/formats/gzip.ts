import { type RandomAccess, slice } from './random-access.ts';
import { wrongBytes } from './wrong-bytes.ts';

/** What a gzip file of one member holds (RFC 1952). */
export interface GzipMember {
  /** The deflate stream. */
  readonly packed: RandomAccess;
  readonly crc32: number;
  /** Size of what was packed, modulo 2^32. */
  readonly size: number;
}

const HEADER = 10;
const TRAILER = 8;

/** Takes a gzip file apart that has one member without a name and a comment, as `gzip -n` writes it. Throws `wrong-bytes`. */
export function gzipMember(source: RandomAccess, what: string): GzipMember {
  if (source.size < HEADER + TRAILER) throw wrongBytes(`${what} is no gzip file: it has ${source.size} bytes.`);
  const [first, second, method, flags] = source.read(0, HEADER);
  if (first !== 0x1f || second !== 0x8b || method !== 8) throw wrongBytes(`${what} is no gzip file.`);
  if (flags !== 0) throw wrongBytes(`${what} has gzip's flags ${flags}; it was to be packed without a name.`);
  const end = new DataView(source.read(source.size - TRAILER, TRAILER).slice().buffer);
  return {
    packed: slice(source, HEADER, source.size - HEADER - TRAILER),
    crc32: end.getUint32(0, true),
    size: end.getUint32(4, true),
  };
}
