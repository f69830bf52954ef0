import { inflateRawSync } from 'node:zlib';
import { GPT } from '../formats/gpt.ts';
import { readGpt } from '../formats/gpt-reader.ts';
import { inMemory, type RandomAccess } from '../formats/random-access.ts';
import { type FieldProblem, MIB, SECTOR } from '../formats/sector.ts';
import { blockDisk } from './block-disk.ts';
import { type DiskCheck, validateDisk } from './disk.ts';
import { Fields, finite } from './fields.ts';

const COMPRESSED = 1n << 62n;
const COPIED = 1n << 63n;
const OFFSET = 0x00ff_ffff_ffff_fe00n;

/** A cluster as a table names it. */
interface Cluster {
  readonly offset: number;
  /** Bytes, where it is compressed. */
  readonly packed: number | undefined;
}

/** What is wrong with a qcow2 that clouds are to read, and with the disk in it (QEMU: docs/interop/qcow2.rst). */
export function validateQcow2(source: RandomAccess, inspect: DiskCheck = validateDisk): readonly FieldProblem[] {
  const fields = new Fields(source);
  fields.equal('magic', 0, fields.hex(0, 4), '514649fb');
  const version = fields.big32(4);
  fields.require('version', 4, version === 2 || version === 3, version, '2 or 3');
  // With one, a machine would read a file of the host that the image names.
  fields.equal('backingFile', 8, fields.big64(8), 0n);
  fields.equal('backingSize', 16, fields.big32(16), 0);
  const bits = fields.big32(20);
  fields.equal('clusterBits', 20, bits, 16);
  const size = fields.big64(24);
  fields.require('size', 24, size > 0n && size % BigInt(MIB) === 0n, size, 'a whole number of MiB');
  fields.equal('encryption', 32, fields.big32(32), 0);
  fields.equal('snapshots', 60, fields.big32(60), 0);
  if (version === 3) third(fields);
  if (fields.wrong.length > 0) return fields.wrong;
  const cluster = 2 ** bits;
  // The table of the disk says how large the disk is meant to be: else a wrong size would look like a wrong table of clusters.
  const meant = meantSize(fields, cluster);
  if (meant !== undefined && !fields.equal('size', 24, size, meant)) return fields.wrong;
  const counted = new Map<number, number>();
  const count = (offset: number, length: number): void => {
    for (let at = Math.floor(offset / cluster); at * cluster < offset + length; at += 1)
      counted.set(at, (counted.get(at) ?? 0) + 1);
  };
  count(0, cluster);
  const clusters = tables(fields, { cluster, size: finite(size), count });
  if (fields.wrong.length === 0) references(fields, cluster, { counted, count });
  if (fields.wrong.length > 0) return fields.wrong;
  const disk = blockDisk(
    finite(size),
    cluster,
    (index) => {
      const place = clusters.get(index);
      return place && content(fields, place, cluster);
    },
    (index) => clusters.has(index),
  );
  fields.add('disk', inspect(disk));
  return fields.wrong;
}

function third(fields: Fields): void {
  fields.equal('incompatible', 72, fields.big64(72), 0n);
  fields.equal('refcountOrder', 96, fields.big32(96), 4);
  const length = fields.big32(100);
  fields.require('headerLength', 100, length >= 104 && length % 8 === 0, length, 'at least 104, a multiple of 8');
}

/** The size that the disk's own GPT was made for: its second header lies in the last sector. Undefined where it cannot be read. */
function meantSize(fields: Fields, cluster: number): bigint | undefined {
  const table = finite(fields.big64(finite(fields.big64(40))) & OFFSET);
  const first = fields.big64(table);
  if (table === 0 || first === 0n) return undefined;
  const bytes = content(new Fields(fields.source), clusterOf(first, cluster), cluster);
  const { header } = readGpt(inMemory(bytes), 1) ?? {};
  if (header?.signature !== GPT.signature || header.headerCrc !== header.wantedHeaderCrc) return undefined;
  return BigInt((header.alternateLba + 1) * SECTOR);
}

/** Clusters of the disk by number, through both levels of tables. */
function tables(
  fields: Fields,
  {
    cluster,
    size,
    count,
  }: { readonly cluster: number; readonly size: number; readonly count: (offset: number, length: number) => void },
): ReadonlyMap<number, Cluster> {
  const found = new Map<number, Cluster>();
  const perTable = cluster / 8;
  const { size: end } = fields.source;
  const l1 = finite(fields.big64(40));
  const entries = fields.big32(36);
  fields.equal('l1.size', 36, entries, Math.ceil(size / cluster / perTable));
  const fits = l1 >= cluster && l1 % cluster === 0 && l1 + entries * 8 <= end;
  if (!fields.require('l1.offset', 40, fits, l1, 'a cluster of the file')) return found;
  count(l1, entries * 8);
  for (let table = 0; table < entries; table += 1) {
    const at = l1 + table * 8;
    const value = fields.big64(at);
    if (value === 0n) continue;
    const offset = finite(value & OFFSET);
    const isRight =
      (value & ~(OFFSET | COPIED)) === 0n && offset >= cluster && offset % cluster === 0 && offset + cluster <= end;
    if (!fields.require(`l1.${table}`, at, isRight, value, 'a cluster of the file')) continue;
    count(offset, cluster);
    const view = new DataView(fields.bytes(offset, cluster).buffer);
    for (let entry = 0; entry < perTable; entry += 1) {
      const what = view.getBigUint64(entry * 8);
      if (what === 0n) continue;
      const number = table * perTable + entry;
      const place = clusterOf(what, cluster);
      const length = place.packed ?? cluster;
      const inFile =
        place.offset >= cluster &&
        place.offset + (place.packed === undefined ? cluster : 1) <= end &&
        number * cluster < size;
      if (!fields.require(`l2.${number}`, offset + entry * 8, inFile, what, 'within the file and the disk')) continue;
      // The last sectors of a compressed cluster may be said to lie behind the end.
      count(place.offset, Math.min(length, Math.ceil(end / cluster) * cluster - place.offset));
      found.set(number, place);
    }
  }
  return found;
}

function clusterOf(value: bigint, cluster: number): Cluster {
  if ((value & COMPRESSED) === 0n) return { offset: finite(value & OFFSET), packed: undefined };
  const shift = BigInt(62 - (Math.log2(cluster) - 8));
  const offset = finite(value & ((1n << shift) - 1n));
  const sectors = Number((value & (COMPRESSED - 1n)) >> shift) + 1;
  return { offset, packed: sectors * SECTOR - (offset % SECTOR) };
}

/** How often each cluster is used must be what the file counts. */
function references(
  fields: Fields,
  cluster: number,
  {
    counted,
    count,
  }: { readonly counted: ReadonlyMap<number, number>; readonly count: (offset: number, length: number) => void },
): void {
  const { size } = fields.source;
  const table = finite(fields.big64(48));
  const clusters = fields.big32(56);
  const fits =
    table >= cluster && table % cluster === 0 && table + clusters * cluster <= Math.ceil(size / cluster) * cluster;
  if (!fields.require('refcountTable', 48, fits, table, 'a cluster of the file')) return;
  if (!fields.require('refcountClusters', 56, clusters > 0, clusters, 'at least 1')) return;
  count(table, clusters * cluster);
  const blocks: number[] = [];
  for (let index = 0; index < (clusters * cluster) / 8; index += 1) {
    const block = finite(fields.big64(table + index * 8));
    blocks.push(block);
    if (block === 0) continue;
    if (
      !fields.require(
        `refcountTable.${index}`,
        table + index * 8,
        block % cluster === 0 && block < size,
        block,
        'a cluster of the file',
      )
    )
      return;
    count(block, cluster);
  }
  const perBlock = cluster / 2;
  for (let index = 0; index * cluster < size; index += 1) {
    const block = blocks[Math.floor(index / perBlock)] ?? 0;
    const at = block + (index % perBlock) * 2;
    const [high = 0, low = 0] = block === 0 ? [] : fields.bytes(at, 2);
    fields.equal(`refcount.${index}`, at, high * 256 + low, counted.get(index) ?? 0);
  }
}

function content(fields: Fields, { offset, packed }: Cluster, cluster: number): Uint8Array {
  if (packed === undefined) return fields.bytes(offset, cluster);
  try {
    // The stream ends before its sectors do.
    return inflateRawSync(fields.bytes(offset, packed), { maxOutputLength: 2 * cluster });
  } catch {
    fields.require('cluster.data', offset, false, 'damaged', 'a deflate stream');
    return new Uint8Array(cluster);
  }
}
