import { putAscii } from './ascii.ts';
import { crc32c } from './crc32.ts';
import { encodeGuid, type Guid, parseGuid } from './guid.ts';
import { MIB, SECTOR } from './sector.ts';

/**
 * Hyper-V's VHDX, version 1 ([MS-VHDX]). Little-endian. A MiB of identifier, headers and region tables; a MiB of log, empty; a MiB of
 * metadata; the table of blocks; then the blocks that hold anything, each at a whole MiB.
 */
export interface Vhdx {
  /** Bytes of the disk, whole sectors. */
  readonly size: number;
  /** Changes with every change of the file. */
  readonly fileWrite: Guid;
  /** Changes with every change of the disk's contents. */
  readonly dataWrite: Guid;
  /** What the guest is told (SCSI page 83). */
  readonly disk: Guid;
}

/** Bytes of a block. 1 MiB suits ext4, which spreads its groups over the disk. */
export const VHDX_BLOCK = MIB;

const IDENTIFIER_SIZE = 64 * 1024;
const REGION_SIZE = 64 * 1024;
const HEADER_SIZE = 4096;
const LOG_OFFSET = MIB;
const METADATA_OFFSET = 2 * MIB;
const TABLE_OFFSET = 3 * MIB;
/** Blocks of the disk before the table has one entry for a bitmap of sectors, which only differencing disks use. */
const CHUNK = (2 ** 23 * SECTOR) / VHDX_BLOCK;
const FULLY_PRESENT = 6n;

const REGION = {
  table: parseGuid('2dc27766-f623-4200-9d64-115e9bfd4a08'),
  metadata: parseGuid('8b7ca206-4790-4b9a-b8fe-575f050f886e'),
} as const;

const ITEM = {
  fileParameters: parseGuid('caa16737-fa36-4d43-b3b6-33f0aa44e76b'),
  size: parseGuid('2fa54224-cd1b-4876-b211-5dbed83bf4b8'),
  disk: parseGuid('beca12ab-b2e6-4523-93ef-c309e000c746'),
  logicalSector: parseGuid('8141bf1d-a96f-4709-ba47-f233a8faab5f'),
  physicalSector: parseGuid('cda348c7-445d-4471-9cc9-e9885251c556'),
} as const;

/** Of a metadata item: it describes the disk rather than the file; whoever does not know it must not open the file. */
const OF_DISK = 2;
const REQUIRED = 4;

/** Everything before the blocks. `present` are the numbers of blocks that hold anything, ascending; they follow in this order. */
export function encodeVhdxHead(vhdx: Vhdx, present: readonly number[]): Uint8Array {
  const blocks = Math.ceil(vhdx.size / VHDX_BLOCK);
  const tableSize = tableBytes(blocks);
  const bytes = new Uint8Array(TABLE_OFFSET + tableSize);
  bytes.set(identifier(), 0);
  // Of two headers the one with the higher number counts.
  bytes.set(header(vhdx, 1), IDENTIFIER_SIZE);
  bytes.set(header(vhdx, 2), 2 * IDENTIFIER_SIZE);
  const regions = regionTable(tableSize);
  bytes.set(regions, 3 * IDENTIFIER_SIZE);
  bytes.set(regions, 4 * IDENTIFIER_SIZE);
  bytes.set(metadata(vhdx), METADATA_OFFSET);
  const view = new DataView(bytes.buffer, TABLE_OFFSET);
  const firstMib = bytes.length / MIB;
  for (const [place, block] of present.entries()) {
    const entry = block + Math.floor(block / CHUNK);
    view.setBigUint64(entry * 8, FULLY_PRESENT | (BigInt(firstMib + place) << 20n), true);
  }
  return bytes;
}

function tableBytes(blocks: number): number {
  const entries = blocks + Math.floor((blocks - 1) / CHUNK);
  return Math.ceil((entries * 8) / MIB) * MIB;
}

function identifier(): Uint8Array {
  const bytes = new Uint8Array(IDENTIFIER_SIZE);
  putAscii(bytes, 0, 'vhdxfile');
  const view = new DataView(bytes.buffer);
  for (const [index, char] of [...'RancherOS'].entries()) view.setUint16(8 + index * 2, char.charCodeAt(0), true);
  return bytes;
}

function header(vhdx: Vhdx, sequence: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x6461_6568, true);
  view.setBigUint64(8, BigInt(sequence), true);
  bytes.set(encodeGuid(vhdx.fileWrite), 16);
  bytes.set(encodeGuid(vhdx.dataWrite), 32);
  // The GUID of the log stays zero: there is nothing to replay.
  view.setUint16(64, 0, true);
  view.setUint16(66, 1, true);
  view.setUint32(68, MIB, true);
  view.setBigUint64(72, BigInt(LOG_OFFSET), true);
  view.setUint32(4, crc32c(bytes), true);
  return bytes;
}

function regionTable(tableSize: number): Uint8Array {
  const bytes = new Uint8Array(REGION_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x6967_6572, true);
  const regions = [
    { id: REGION.table, offset: TABLE_OFFSET, size: tableSize },
    { id: REGION.metadata, offset: METADATA_OFFSET, size: MIB },
  ];
  view.setUint32(8, regions.length, true);
  for (const [index, { id, offset, size }] of regions.entries()) {
    const at = 16 + index * 32;
    bytes.set(encodeGuid(id), at);
    view.setBigUint64(at + 16, BigInt(offset), true);
    view.setUint32(at + 24, size, true);
    view.setUint32(at + 28, 1, true);
  }
  view.setUint32(4, crc32c(bytes), true);
  return bytes;
}

function metadata(vhdx: Vhdx): Uint8Array {
  const items: readonly (readonly [id: Guid, flags: number, content: Uint8Array])[] = [
    [ITEM.fileParameters, REQUIRED, numbers(VHDX_BLOCK, 0)],
    [ITEM.size, OF_DISK | REQUIRED, numbers(vhdx.size % 2 ** 32, Math.floor(vhdx.size / 2 ** 32))],
    [ITEM.disk, OF_DISK | REQUIRED, encodeGuid(vhdx.disk)],
    [ITEM.logicalSector, OF_DISK | REQUIRED, numbers(SECTOR)],
    [ITEM.physicalSector, OF_DISK | REQUIRED, numbers(4096)],
  ];
  const bytes = new Uint8Array(MIB);
  const view = new DataView(bytes.buffer);
  putAscii(bytes, 0, 'metadata');
  view.setUint16(10, items.length, true);
  // Items lie behind the table of 64 KiB.
  let offset = 64 * 1024;
  for (const [index, [id, flags, content]] of items.entries()) {
    const at = 32 + index * 32;
    bytes.set(encodeGuid(id), at);
    view.setUint32(at + 16, offset, true);
    view.setUint32(at + 20, content.length, true);
    view.setUint32(at + 24, flags, true);
    bytes.set(content, offset);
    offset += content.length;
  }
  return bytes;
}

function numbers(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return bytes;
}
