import type { RandomAccess } from './random-access.ts';
import { wrongBytes } from './wrong-bytes.ts';

/** Bytes of a file that lie in a row. */
export interface FatExtent {
  /** Bytes from the start of the file system. */
  readonly offset: number;
  readonly length: number;
}

/** A file on a FAT file system. */
export interface FatFile {
  /** Without a slash in front. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** In the order of the file; together they have its size. */
  readonly extents: readonly FatExtent[];
}

/** Where FAT32 keeps its volume serial number, four bytes, little-endian: in the boot sector and in the copy of it. */
export const FAT_SERIAL_OFFSETS = [67, 6 * 512 + 67] as const;

interface Shape {
  readonly source: RandomAccess;
  readonly clusterBytes: number;
  /** Of cluster 2. */
  readonly dataOffset: number;
  readonly table: DataView;
}

const END_OF_CHAIN = 0x0fff_fff8;
const ENTRY = 32;
const ATTRIBUTE = { volume: 0x08, folder: 0x10, longName: 0x0f } as const;
/** Positions of the thirteen UTF-16 units in an entry of a long name. */
const UNITS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30] as const;

/** All files of a FAT32 file system (Microsoft's FAT specification 1.03), and where their bytes lie. Throws `wrong-bytes` for others. */
export function readFat32(source: RandomAccess): readonly FatFile[] {
  const sector = source.read(0, 512).slice();
  const view = new DataView(sector.buffer);
  if (sector.length < 512 || sector[510] !== 0x55 || sector[511] !== 0xaa || view.getUint16(22, true) !== 0)
    throw wrongBytes('This is no FAT32 file system.');
  const bytesPerSector = view.getUint16(11, true);
  const reserved = view.getUint16(14, true);
  const tables = sector[16] ?? 0;
  const tableSectors = view.getUint32(36, true);
  const table = source.read(reserved * bytesPerSector, tableSectors * bytesPerSector).slice();
  const shape: Shape = {
    source,
    clusterBytes: bytesPerSector * (sector[13] ?? 0),
    dataOffset: (reserved + tables * tableSectors) * bytesPerSector,
    table: new DataView(table.buffer),
  };
  return filesIn(shape, view.getUint32(44, true), '');
}

/** The place of a file that a freshly filled file system has in one piece. Throws `wrong-bytes` where it has not. */
export function fatPlace(files: readonly FatFile[], path: string): FatExtent & { readonly path: string } {
  const extents = files.find((file) => file.path === path)?.extents ?? [];
  const [extent] = extents;
  if (extent === undefined || extents.length > 1)
    throw wrongBytes(`The boot file system has no /${path} in one piece; it has ${extents.length}.`);
  return { path, ...extent };
}

function filesIn(shape: Shape, firstCluster: number, folder: string): FatFile[] {
  const files: FatFile[] = [];
  let longName = '';
  for (const extent of chain(shape, firstCluster)) {
    const bytes = shape.source.read(extent.offset, extent.length).slice();
    for (let at = 0; at < bytes.length; at += ENTRY) {
      const entry = new DataView(bytes.buffer, at, ENTRY);
      const first = entry.getUint8(0);
      if (first === 0) return files;
      const attributes = entry.getUint8(11);
      if (first === 0xe5) {
        longName = '';
      } else if ((attributes & 0x3f) === ATTRIBUTE.longName) {
        longName = unitsOf(entry) + longName;
      } else {
        const name = longName === '' ? shortName(entry) : longName;
        longName = '';
        if (attributes & ATTRIBUTE.volume || name === '.' || name === '..') continue;
        const path = folder + name;
        const cluster = (entry.getUint16(20, true) << 16) | entry.getUint16(26, true);
        if (attributes & ATTRIBUTE.folder) {
          files.push(...filesIn(shape, cluster, `${path}/`));
        } else {
          const size = entry.getUint32(28, true);
          files.push({ path, size, extents: extentsOf(shape, cluster, size) });
        }
      }
    }
  }
  return files;
}

function extentsOf(shape: Shape, cluster: number, size: number): FatExtent[] {
  const extents: FatExtent[] = [];
  let left = size;
  for (const { offset, length } of size === 0 ? [] : chain(shape, cluster)) {
    extents.push({ offset, length: Math.min(length, left) });
    left -= Math.min(length, left);
  }
  if (left > 0) throw wrongBytes(`A file of the FAT file system lacks ${left} of its ${size} bytes.`);
  return extents;
}

/** The clusters of a chain, those that lie in a row as one. */
function chain({ table, clusterBytes, dataOffset }: Shape, first: number): FatExtent[] {
  const extents: { offset: number; length: number }[] = [];
  let steps = 0;
  for (let cluster = first; cluster < END_OF_CHAIN; cluster = table.getUint32(cluster * 4, true) & 0x0fff_ffff) {
    steps += 1;
    if (cluster < 2 || (cluster + 1) * 4 > table.byteLength || steps > table.byteLength / 4)
      throw wrongBytes(`A chain of the FAT file system leads to cluster ${cluster}.`);
    const offset = dataOffset + (cluster - 2) * clusterBytes;
    const last = extents.at(-1);
    if (last && last.offset + last.length === offset) last.length += clusterBytes;
    else extents.push({ offset, length: clusterBytes });
  }
  return extents;
}

function unitsOf(entry: DataView): string {
  const units = UNITS.map((at) => entry.getUint16(at, true));
  const end = units.indexOf(0);
  return String.fromCharCode(...(end < 0 ? units : units.slice(0, end)));
}

/** Eight and three characters; Windows NT's two bits say which of them are small letters. */
function shortName(entry: DataView): string {
  const text = (from: number, to: number) => {
    let name = '';
    for (let at = from; at < to; at += 1) name += String.fromCharCode(entry.getUint8(at));
    return name.trimEnd();
  };
  const flags = entry.getUint8(12);
  const name = flags & 0x08 ? text(0, 8).toLowerCase() : text(0, 8);
  const ending = flags & 0x10 ? text(8, 11).toLowerCase() : text(8, 11);
  return ending === '' ? name : `${name}.${ending}`;
}
