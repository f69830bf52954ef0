import { putAscii } from './ascii.ts';
import { TAR_BLOCK } from './tar-header.ts';

/** A run of bytes of a sparse file that is in the archive; both in bytes. */
export interface SparseRun {
  readonly offset: number;
  readonly size: number;
}

/** Runs that the header itself has room for (GNU tar manual, "Old GNU Format"). */
const RUNS_IN_HEADER = 4;

/**
 * The header of a sparse member of an old GNU archive, the only kind of tar that Google's importer takes for sure. After it come the
 * runs' bytes and zeros up to whole blocks. Sizes beyond eleven octal digits stand in base 256.
 */
export function encodeGnuSparseHeader(member: {
  readonly name: string;
  /** Bytes of the file when unpacked. */
  readonly size: number;
  readonly runs: readonly SparseRun[];
  readonly epoch: number;
}): Uint8Array {
  const { name, size, runs, epoch } = member;
  if (runs.length > RUNS_IN_HEADER || name.length > 99)
    throw new RangeError(`no header holds ${name} in ${runs.length} runs`);
  const bytes = new Uint8Array(TAR_BLOCK);
  putAscii(bytes, 0, name);
  putAscii(bytes, 100, '0000644');
  putAscii(bytes, 108, '0000000');
  putAscii(bytes, 116, '0000000');
  number(
    bytes,
    124,
    12,
    runs.reduce((sum, run) => sum + run.size, 0),
  );
  number(bytes, 136, 12, epoch);
  putAscii(bytes, 148, '        ');
  putAscii(bytes, 156, 'S');
  putAscii(bytes, 257, 'ustar  \0');
  for (const [index, run] of runs.entries()) {
    number(bytes, 386 + index * 24, 12, run.offset);
    number(bytes, 386 + index * 24 + 12, 12, run.size);
  }
  number(bytes, 483, 12, size);
  let sum = 0;
  for (const byte of bytes) sum += byte;
  putAscii(bytes, 148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return bytes;
}

/** Octal digits and a NUL; where they do not suffice, the high bit and a big-endian number. */
function number(bytes: Uint8Array, offset: number, width: number, value: number): void {
  const digits = value.toString(8);
  if (digits.length < width) {
    putAscii(bytes, offset, digits.padStart(width - 1, '0'));
    return;
  }
  let rest = BigInt(value);
  for (let index = width - 1; index > 0; index -= 1) {
    bytes[offset + index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  bytes[offset] = 0x80;
}
