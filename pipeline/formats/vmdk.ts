import { SECTOR } from './sector.ts';
import { storedZlib } from './stored-deflate.ts';

/**
 * VMware's sparse extents, by "Virtual Disk Format 5.0". Little-endian; offsets and sizes in sectors. A disk is cut into grains;
 * tables of 512 entries say where each grain lies; a directory says where each table lies.
 */

/** Sectors of a grain. */
const GRAIN_SECTORS = 128;
/** Bytes of a grain: 64 KiB. */
export const GRAIN = GRAIN_SECTORS * SECTOR;
/** Grains that one table tells of. */
const GRAINS_PER_TABLE = 512;

const TABLE_SECTORS = (GRAINS_PER_TABLE * 4) / SECTOR;
const DESCRIPTOR_OFFSET = 1;
const DESCRIPTOR_SECTORS = 20;
/** "KDMV", the first bytes of a file. */
const VMDK_MAGIC = 0x564d_444b;
/** The directory is where the footer says, since a stream knows it only at its end. */
const AT_END = 0xffff_ffff_ffff_ffffn;

const FLAG = { newlineTest: 1, redundantTables: 2, compressed: 1 << 16, markers: 1 << 17 } as const;
const MARKER = { endOfStream: 0, grainTable: 1, grainDirectory: 2, footer: 3 } as const;

/** What the descriptor says of a disk. */
export interface VmdkDescriptor {
  readonly type: 'monolithicSparse' | 'streamOptimized';
  /** Sectors of the disk. */
  readonly sectors: number;
  /** 32 bits that change with the disk's contents. */
  readonly contentId: number;
  /** 16 bytes by which VMware knows the disk. */
  readonly uuid: Uint8Array;
  /** File name of the extent; of a disk in one file readers do not look at it. */
  readonly extent: string;
}

/**
 * The descriptor as text. The adapter is `lsilogic` whatever controller the machine has: VMware refuses to grow or to import disks
 * that say `pvscsi`. Tools are the guest's own affair (2147483647).
 */
function vmdkDescriptor({ type, sectors, contentId, uuid, extent }: VmdkDescriptor): string {
  const hex = Array.from(uuid, (byte) => byte.toString(16).padStart(2, '0'));
  return [
    '# Disk DescriptorFile',
    'version=1',
    `CID=${contentId.toString(16).padStart(8, '0')}`,
    'parentCID=ffffffff',
    `createType="${type}"`,
    '',
    '# Extent description',
    `RW ${sectors} SPARSE "${extent}"`,
    '',
    '# The Disk Data Base',
    '#DDB',
    '',
    'ddb.adapterType = "lsilogic"',
    `ddb.geometry.cylinders = "${Math.min(65_535, Math.floor(sectors / (255 * 63)))}"`,
    'ddb.geometry.heads = "255"',
    'ddb.geometry.sectors = "63"',
    'ddb.toolsInstallType = "4"',
    'ddb.toolsVersion = "2147483647"',
    `ddb.uuid = "${hex.slice(0, 8).join(' ')}-${hex.slice(8, 16).join(' ')}"`,
    'ddb.virtualHWVersion = "13"',
    '',
  ].join('\n');
}

/** A part of a disk that is a part of a file beside the descriptor; both in sectors. */
export interface FlatExtent {
  readonly file: string;
  readonly offset: number;
  readonly sectors: number;
}

/** The descriptor of a disk in flat extents, to be read by programs such as qemu-img. */
export function flatDescriptor(extents: readonly FlatExtent[]): string {
  return [
    '# Disk DescriptorFile',
    'version=1',
    'CID=fffffffe',
    'parentCID=ffffffff',
    'createType="twoGbMaxExtentFlat"',
    ...extents.map(({ file, offset, sectors }) => `RW ${sectors} FLAT "${file}" ${offset}`),
    '',
  ].join('\n');
}

interface Header {
  readonly version: number;
  readonly flags: number;
  readonly sectors: number;
  readonly redundantDirectory: number;
  readonly directory: bigint;
  readonly overhead: number;
  readonly compression: number;
}

function encodeHeader(header: Header): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, VMDK_MAGIC, true);
  view.setUint32(4, header.version, true);
  view.setUint32(8, header.flags, true);
  view.setBigUint64(12, BigInt(header.sectors), true);
  view.setBigUint64(20, BigInt(GRAIN_SECTORS), true);
  view.setBigUint64(28, BigInt(DESCRIPTOR_OFFSET), true);
  view.setBigUint64(36, BigInt(DESCRIPTOR_SECTORS), true);
  view.setUint32(44, GRAINS_PER_TABLE, true);
  view.setBigUint64(48, BigInt(header.redundantDirectory), true);
  view.setBigUint64(56, header.directory, true);
  view.setBigUint64(64, BigInt(header.overhead), true);
  // A transfer that took the file for text would have changed these.
  bytes.set([0x0a, 0x20, 0x0d, 0x0a], 73);
  view.setUint16(77, header.compression, true);
  return bytes;
}

function encodeDescriptor(descriptor: VmdkDescriptor): Uint8Array {
  const text = new TextEncoder().encode(vmdkDescriptor(descriptor));
  const bytes = new Uint8Array(DESCRIPTOR_SECTORS * SECTOR);
  bytes.set(text);
  return bytes;
}

const tablesOf = (sectors: number) => Math.ceil(sectors / (GRAIN_SECTORS * GRAINS_PER_TABLE));
const directorySectors = (tables: number) => Math.ceil((tables * 4) / SECTOR);

/**
 * Everything of a monolithicSparse file before its grains: header, descriptor, and directory and tables twice. `present` are the
 * numbers of the grains that hold anything, ascending; they follow in this order.
 */
export function encodeSparseHead(descriptor: VmdkDescriptor, present: readonly number[]): Uint8Array {
  const tables = tablesOf(descriptor.sectors);
  const ofTables = directorySectors(tables) + tables * TABLE_SECTORS;
  const redundantDirectory = DESCRIPTOR_OFFSET + DESCRIPTOR_SECTORS;
  const directory = redundantDirectory + ofTables;
  const overhead = Math.ceil((directory + ofTables) / GRAIN_SECTORS) * GRAIN_SECTORS;
  const bytes = new Uint8Array(overhead * SECTOR);
  const header: Header = {
    version: 1,
    flags: FLAG.newlineTest | FLAG.redundantTables,
    sectors: descriptor.sectors,
    redundantDirectory,
    directory: BigInt(directory),
    overhead,
    compression: 0,
  };
  bytes.set(encodeHeader(header), 0);
  bytes.set(encodeDescriptor(descriptor), DESCRIPTOR_OFFSET * SECTOR);
  for (const start of [redundantDirectory, directory]) {
    const view = new DataView(bytes.buffer, start * SECTOR);
    const firstTable = start + directorySectors(tables);
    for (let table = 0; table < tables; table += 1) view.setUint32(table * 4, firstTable + table * TABLE_SECTORS, true);
    // Tables follow one another, so a grain's number is its place in all of them.
    const entries = new DataView(bytes.buffer, firstTable * SECTOR);
    for (const [place, grain] of present.entries())
      entries.setUint32(grain * 4, overhead + place * GRAIN_SECTORS, true);
  }
  return bytes;
}

/** How a streamOptimized file comes about: `head`, then each grain that holds anything in its order, then `end`. */
export class VmdkStream {
  readonly #descriptor: VmdkDescriptor;
  readonly #tables = new Map<number, Uint32Array>();
  #sector: number;
  #last = -1;

  constructor(descriptor: VmdkDescriptor) {
    this.#descriptor = descriptor;
    this.#sector = GRAIN_SECTORS;
  }

  /** Header and descriptor, up to the first grain. */
  head(): Uint8Array {
    const bytes = new Uint8Array(GRAIN);
    bytes.set(encodeHeader(this.#header(AT_END)), 0);
    bytes.set(encodeDescriptor(this.#descriptor), DESCRIPTOR_OFFSET * SECTOR);
    return bytes;
  }

  /** One grain with its marker, in whole sectors. Grains must come in ascending order. */
  grain(number: number, content: Uint8Array): Uint8Array {
    if (number <= this.#last) throw new RangeError(`grain ${number} comes after grain ${this.#last}`);
    this.#last = number;
    const compressed = storedZlib(content);
    const bytes = new Uint8Array(Math.ceil((12 + compressed.length) / SECTOR) * SECTOR);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, BigInt(number * GRAIN_SECTORS), true);
    view.setUint32(8, compressed.length, true);
    bytes.set(compressed, 12);
    this.#tableOf(number)[number % GRAINS_PER_TABLE] = this.#sector;
    this.#sector += bytes.length / SECTOR;
    return bytes;
  }

  /**
   * Tables, directory, footer and the marker that ends the stream: without it ESXi refuses the file, and qemu-img leaves it out where
   * the last grain cannot be compressed.
   */
  end(): readonly Uint8Array[] {
    const tables = tablesOf(this.#descriptor.sectors);
    const directory = new Uint32Array(directorySectors(tables) * (SECTOR / 4));
    const parts: Uint8Array[] = [];
    const add = (bytes: Uint8Array) => {
      parts.push(bytes);
      this.#sector += bytes.length / SECTOR;
    };
    for (let table = 0; table < tables; table += 1) {
      const entries = this.#tables.get(table);
      // A table of nothing but zeros is not written: its entry in the directory is zero.
      if (!entries) continue;
      add(marker(MARKER.grainTable, TABLE_SECTORS));
      directory[table] = this.#sector;
      add(littleEndian(entries));
    }
    add(marker(MARKER.grainDirectory, directorySectors(tables)));
    const directorySector = this.#sector;
    add(littleEndian(directory));
    add(marker(MARKER.footer, 1));
    add(encodeHeader(this.#header(BigInt(directorySector))));
    add(marker(MARKER.endOfStream, 0));
    return parts;
  }

  #header(directory: bigint): Header {
    return {
      // ESXi takes no lower version of compressed streams.
      version: 3,
      flags: FLAG.newlineTest | FLAG.compressed | FLAG.markers,
      sectors: this.#descriptor.sectors,
      redundantDirectory: 0,
      directory,
      overhead: GRAIN_SECTORS,
      compression: 1,
    };
  }

  #tableOf(grain: number): Uint32Array {
    const number = Math.floor(grain / GRAINS_PER_TABLE);
    const known = this.#tables.get(number);
    if (known) return known;
    const table = new Uint32Array(GRAINS_PER_TABLE);
    this.#tables.set(number, table);
    return table;
  }
}

/** A sector that says what the next `sectors` hold. */
function marker(type: number, sectors: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(sectors), true);
  view.setUint32(12, type, true);
  return bytes;
}

function littleEndian(values: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return bytes;
}
