import { crc32 } from './crc32.ts';
import { GPT, type GptPartition } from './gpt.ts';
import { decodeGuid, GUID_SIZE, type Guid } from './guid.ts';
import type { RandomAccess } from './random-access.ts';
import { SECTOR } from './sector.ts';

/** One of the two headers as it lies on the disk, believed in nothing. */
export interface GptHeader {
  readonly signature: string;
  readonly revision: number;
  readonly headerSize: number;
  readonly headerCrc: number;
  /** What `headerCrc` should be. */
  readonly wantedHeaderCrc: number;
  readonly myLba: number;
  readonly alternateLba: number;
  readonly firstUsable: number;
  readonly lastUsable: number;
  readonly diskId: Guid;
  readonly entriesLba: number;
  readonly entryCount: number;
  readonly entrySize: number;
  readonly entriesCrc: number;
}

/** A partition with its number, from 1, and its attribute bits. */
export interface ReadGptPartition extends GptPartition {
  readonly number: number;
  readonly attributes: bigint;
}

/** A header with the entries that it points to. */
export interface ReadGpt {
  readonly header: GptHeader;
  /** What `header.entriesCrc` should be; `undefined` where the array lies outside the disk or has an unheard-of shape. */
  readonly wantedEntriesCrc: number | undefined;
  readonly partitions: readonly ReadGptPartition[];
}

const EMPTY = '00000000-0000-0000-0000-000000000000';

/** More than anybody has written, and small enough to read at once. */
const ARRAY_LIMIT = 1 << 20;

/** The header at an LBA and its entries; `undefined` where the disk has no such sector. */
export function readGpt(source: RandomAccess, lba: number): ReadGpt | undefined {
  const bytes = source.read(lba * SECTOR, SECTOR).slice();
  if (lba < 0 || bytes.length < SECTOR) return undefined;
  const header = readHeader(bytes);
  const { entryCount, entrySize, entriesLba } = header;
  const size = entryCount * entrySize;
  const start = entriesLba * SECTOR;
  if (entrySize < GPT.entrySize || entrySize % 8 !== 0 || size > ARRAY_LIMIT || start + size > source.size)
    return { header, wantedEntriesCrc: undefined, partitions: [] };
  const array = source.read(start, size).slice();
  return { header, wantedEntriesCrc: crc32(array), partitions: readEntries(array, entrySize) };
}

function readHeader(bytes: Uint8Array): GptHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerSize = view.getUint32(12, true);
  const headerCrc = view.getUint32(16, true);
  const unsigned = bytes.slice(0, Math.min(Math.max(headerSize, GPT.headerSize), SECTOR));
  unsigned.fill(0, 16, 20);
  return {
    signature: String.fromCharCode(...bytes.subarray(0, GPT.signature.length)),
    revision: view.getUint32(8, true),
    headerSize,
    headerCrc,
    wantedHeaderCrc: crc32(unsigned),
    myLba: lbaAt(view, 24),
    alternateLba: lbaAt(view, 32),
    firstUsable: lbaAt(view, 40),
    lastUsable: lbaAt(view, 48),
    diskId: decodeGuid(bytes.subarray(56, 56 + GUID_SIZE)),
    entriesLba: lbaAt(view, 72),
    entryCount: view.getUint32(80, true),
    entrySize: view.getUint32(84, true),
    entriesCrc: view.getUint32(88, true),
  };
}

function readEntries(array: Uint8Array, entrySize: number): readonly ReadGptPartition[] {
  const view = new DataView(array.buffer, array.byteOffset, array.length);
  const partitions: ReadGptPartition[] = [];
  for (let offset = 0; offset + entrySize <= array.length; offset += entrySize) {
    const type = decodeGuid(array.subarray(offset, offset + GUID_SIZE));
    if (type === EMPTY) continue;
    partitions.push({
      number: offset / entrySize + 1,
      type,
      id: decodeGuid(array.subarray(offset + GUID_SIZE, offset + 2 * GUID_SIZE)),
      firstLba: lbaAt(view, offset + 32),
      lastLba: lbaAt(view, offset + 40),
      attributes: view.getBigUint64(offset + 48, true),
      name: nameAt(view, offset + 56),
    });
  }
  return partitions;
}

function nameAt(view: DataView, offset: number): string {
  const units = Array.from({ length: GPT.nameUnits }, (_, unit) => view.getUint16(offset + unit * 2, true));
  const end = units.indexOf(0);
  return String.fromCharCode(...units.slice(0, end < 0 ? units.length : end));
}

/** An LBA beyond every disk stands for a number that does not fit. */
function lbaAt(view: DataView, offset: number): number {
  const value = view.getBigUint64(offset, true);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}
