import { putAscii } from './ascii.ts';
import { GUID_SIZE, type Guid, guidBytes } from './guid.ts';
import { SECTOR } from './sector.ts';

/**
 * Microsoft's Virtual Hard Disk format, as its specification of 2006 gives it. All numbers are big-endian. A fixed VHD is the raw disk
 * and a footer; a dynamic one begins with a copy of the footer, a header and a table of blocks.
 */
export interface VhdFooter {
  readonly type: 'fixed' | 'dynamic';
  /** Bytes of the disk. */
  readonly size: number;
  readonly id: Guid;
  /** Seconds since 1970. */
  readonly epoch: number;
}

/** Bytes of data in a block of a dynamic VHD: 2 MiB, the only size that every reader takes. */
export const VHD_BLOCK = 0x20_0000;

/** Bytes before the data of each block: a bit for each of its sectors, in whole sectors. */
export const VHD_BITMAP = SECTOR;

/** Where the table of blocks of a dynamic VHD begins: behind the copy of the footer (512) and the header (1024). */
const VHD_TABLE_OFFSET = 1536;

/** An entry of the table whose block is all zeros. */
const _VHD_NO_BLOCK = 0xffff_ffff;

const FOOTER_SIZE = 512;
const HEADER_SIZE = 1024;
const HEADER_OFFSET = 512;
/** Seconds from 1970 to 2000, when the time of VHD begins. */
const TIME_ZERO = 946_684_800;
const TYPE = { fixed: 2, dynamic: 3 } as const;
/**
 * Cylinders, heads and sectors beyond which readers go by the size instead. QEMU trusts a smaller geometry more than the size, which
 * cuts a disk that is no whole number of cylinders.
 */
const LARGEST_GEOMETRY = [0xff, 0xff, 16, 255] as const;
const CREATOR = 'rnos';

/** The footer: the last 512 bytes of a VHD, and the first of a dynamic one. */
export function encodeVhdFooter({ type, size, id, epoch }: VhdFooter): Uint8Array {
  const bytes = new Uint8Array(FOOTER_SIZE);
  const view = new DataView(bytes.buffer);
  putAscii(bytes, 0, 'conectix');
  // "Reserved" feature, always set.
  view.setUint32(8, 2);
  view.setUint32(12, 0x0001_0000);
  if (type === 'fixed') bytes.fill(0xff, 16, 24);
  else view.setBigUint64(16, BigInt(HEADER_OFFSET));
  view.setUint32(24, Math.max(0, epoch - TIME_ZERO));
  putAscii(bytes, 28, CREATOR);
  view.setUint32(32, 0x0001_0000);
  putAscii(bytes, 36, 'Wi2k');
  view.setBigUint64(40, BigInt(size));
  view.setBigUint64(48, BigInt(size));
  bytes.set(LARGEST_GEOMETRY, 56);
  view.setUint32(60, TYPE[type]);
  bytes.set(guidBytes(id).subarray(0, GUID_SIZE), 68);
  view.setUint32(64, vhdChecksum(bytes));
  return bytes;
}

/** The header of a dynamic VHD of so many blocks, which stands behind the copy of the footer. */
export function encodeVhdHeader(blocks: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  putAscii(bytes, 0, 'cxsparse');
  bytes.fill(0xff, 8, 16);
  view.setBigUint64(16, BigInt(VHD_TABLE_OFFSET));
  view.setUint32(24, 0x0001_0000);
  view.setUint32(28, blocks);
  view.setUint32(32, VHD_BLOCK);
  view.setUint32(36, vhdChecksum(bytes));
  return bytes;
}

/**
 * The table of a dynamic VHD: for each block the sector where it lies, in whole sectors of the file. `present` are the numbers of
 * blocks that hold anything, ascending; they follow the table in this order.
 */
export function encodeVhdTable(blocks: number, present: readonly number[]): Uint8Array {
  const size = Math.ceil((blocks * 4) / SECTOR) * SECTOR;
  const bytes = new Uint8Array(size).fill(0xff);
  const view = new DataView(bytes.buffer);
  const first = (VHD_TABLE_OFFSET + size) / SECTOR;
  for (const [place, block] of present.entries())
    view.setUint32(block * 4, first + place * ((VHD_BITMAP + VHD_BLOCK) / SECTOR));
  return bytes;
}

/** The complement of the sum of all bytes; those of the checksum itself must be zero. */
function vhdChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return ~sum >>> 0;
}
