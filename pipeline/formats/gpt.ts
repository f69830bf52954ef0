import { putAscii } from './ascii.ts';
import { crc32 } from './crc32.ts';
import { encodeGuid, type Guid, parseGuid } from './guid.ts';
import { SECTOR } from './sector.ts';

/** One partition. LBAs count sectors of 512 bytes; both ends belong to it. */
export interface GptPartition {
  readonly type: Guid;
  readonly id: Guid;
  readonly firstLba: number;
  readonly lastLba: number;
  /** Bits as in UEFI 2.10 table 5.8; none unless given. */
  readonly attributes?: bigint;
  /** At most 36 UTF-16 units. */
  readonly name: string;
}

/** A partition table: what it says, and how large the disk is. */
export interface GptTable {
  readonly diskId: Guid;
  /** Sectors of the whole disk. */
  readonly sectors: number;
  /** In the order of their numbers, from 1. */
  readonly partitions: readonly GptPartition[];
}

/** Types of partitions (UEFI 2.10 table 5.7, GRUB's manual, the Discoverable Partitions Specification). */
export const PARTITION_TYPE = {
  esp: parseGuid('c12a7328-f81f-11d2-ba4b-00a0c93ec93b'),
  biosBoot: parseGuid('21686148-6449-6e6f-744e-656564454649'),
  linux: parseGuid('0fc63daf-8483-4772-8e79-3d69d8477de4'),
} as const;

export const GPT = {
  signature: 'EFI PART',
  revision: 0x0001_0000,
  headerSize: 92,
  entryCount: 128,
  entrySize: 128,
  /** Sectors of the array of entries. */
  arraySectors: 32,
  nameUnits: 36,
} as const;

/** First LBA behind the MBR, the header and the entries. */
export const FIRST_USABLE = 2 + GPT.arraySectors;

/** Sectors at the end of the disk: the entries again, and the backup header in the last one. */
export const TAIL_SECTORS = GPT.arraySectors + 1;

/** Header and entries as they lie at both ends of the disk (UEFI 2.10 §5.3). */
export interface EncodedGpt {
  /** For LBA 1. */
  readonly primary: Uint8Array;
  /** For the last `TAIL_SECTORS` sectors. */
  readonly backup: Uint8Array;
}

/** The bytes of a table. Throws a RangeError for one that no disk can have: whoever lays out partitions checks sizes first. */
export function encodeGpt(table: GptTable): EncodedGpt {
  const entries = encodeEntries(table);
  const lastLba = table.sectors - 1;
  const common = { diskId: table.diskId, entriesCrc: crc32(entries), lastUsable: lastLba - TAIL_SECTORS };
  const primary = encodeHeader({ ...common, myLba: 1, alternateLba: lastLba, entriesLba: 2 });
  const backup = encodeHeader({ ...common, myLba: lastLba, alternateLba: 1, entriesLba: lastLba - GPT.arraySectors });
  return { primary: joined(primary, entries), backup: joined(entries, backup) };
}

function encodeEntries(table: GptTable): Uint8Array {
  if (table.partitions.length > GPT.entryCount)
    throw new RangeError(`a GPT holds no ${table.partitions.length} partitions`);
  const entries = new Uint8Array(GPT.entryCount * GPT.entrySize);
  const view = new DataView(entries.buffer);
  for (const [index, partition] of table.partitions.entries()) {
    const { firstLba, lastLba, name } = partition;
    const isInside = firstLba >= FIRST_USABLE && lastLba < table.sectors - TAIL_SECTORS;
    if (!isInside || lastLba < firstLba || name.length > GPT.nameUnits)
      throw new RangeError(
        `no place for partition ${index + 1} on ${table.sectors} sectors: ${JSON.stringify(partition)}`,
      );
    const offset = index * GPT.entrySize;
    entries.set(encodeGuid(partition.type), offset);
    entries.set(encodeGuid(partition.id), offset + 16);
    view.setBigUint64(offset + 32, BigInt(firstLba), true);
    view.setBigUint64(offset + 40, BigInt(lastLba), true);
    view.setBigUint64(offset + 48, partition.attributes ?? 0n, true);
    for (let unit = 0; unit < name.length; unit += 1)
      view.setUint16(offset + 56 + unit * 2, name.charCodeAt(unit), true);
  }
  return entries;
}

function encodeHeader(header: {
  readonly diskId: Guid;
  readonly entriesCrc: number;
  readonly lastUsable: number;
  readonly myLba: number;
  readonly alternateLba: number;
  readonly entriesLba: number;
}): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  putAscii(bytes, 0, GPT.signature);
  view.setUint32(8, GPT.revision, true);
  view.setUint32(12, GPT.headerSize, true);
  view.setBigUint64(24, BigInt(header.myLba), true);
  view.setBigUint64(32, BigInt(header.alternateLba), true);
  view.setBigUint64(40, BigInt(FIRST_USABLE), true);
  view.setBigUint64(48, BigInt(header.lastUsable), true);
  bytes.set(encodeGuid(header.diskId), 56);
  view.setBigUint64(72, BigInt(header.entriesLba), true);
  view.setUint32(80, GPT.entryCount, true);
  view.setUint32(84, GPT.entrySize, true);
  view.setUint32(88, header.entriesCrc, true);
  // Over the header with this field zero.
  view.setUint32(16, crc32(bytes.subarray(0, GPT.headerSize)), true);
  return bytes;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
