import type { RandomAccess } from '../formats/random-access.ts';
import { type FieldProblem, MIB, SECTOR } from '../formats/sector.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import { blockDisk } from './block-disk.ts';
import { type DiskCheck, validateDisk } from './disk.ts';
import { Fields, finite } from './fields.ts';

const FOOTER = 512;
const HEADER = 1024;
const NONE = 0xffff_ffff;
const ALL_ONES = 0xffff_ffff_ffff_ffffn;
/** Seconds from 1970 to the start of VHD's time. */
const YEAR_2000 = 946_684_800;

/** What is wrong with a VHD, fixed or dynamic, and with the disk in it ("Virtual Hard Disk Image Format Specification", 2006). */
export function validateVhd(source: RandomAccess, inspect: DiskCheck = validateDisk): readonly FieldProblem[] {
  const fields = new Fields(source);
  const end = source.size - FOOTER;
  if (
    !fields.require('size', 0, end >= FOOTER && source.size % SECTOR === 0, source.size, 'whole sectors with a footer')
  )
    return fields.wrong;
  footer(fields, end);
  const type = fields.big32(end + 60);
  const size = finite(fields.big64(end + 48));
  if (type === 2) {
    fields.equal('footer.dataOffset', end + 16, fields.big64(end + 16), ALL_ONES);
    if (fields.equal('file.size', end, source.size, size + FOOTER))
      fields.add(
        'disk',
        inspect({ size, read: (position, length) => source.read(position, Math.min(length, size - position)) }),
      );
  } else if (type === 3) dynamic(fields, size, inspect);
  return fields.wrong;
}

function footer(fields: Fields, at: number): void {
  fields.equal('footer.cookie', at, fields.text(at, 8), 'conectix');
  fields.equal('footer.features', at + 8, fields.big32(at + 8), 2);
  fields.equal('footer.version', at + 12, fields.big32(at + 12), 0x0001_0000);
  fields.equal('footer.timestamp', at + 24, fields.big32(at + 24), BUILD_EPOCH - YEAR_2000);
  fields.equal('footer.creatorOs', at + 36, fields.text(at + 36, 4), 'Wi2k');
  const size = fields.big64(at + 48);
  fields.equal('footer.originalSize', at + 40, fields.big64(at + 40), size);
  fields.require('footer.currentSize', at + 48, size > 0n && size % BigInt(MIB) === 0n, size, 'a whole number of MiB');
  fields.equal('footer.geometry', at + 56, fields.hex(at + 56, 4), 'ffff10ff');
  const type = fields.big32(at + 60);
  fields.require('footer.type', at + 60, type === 2 || type === 3, type, '2 (fixed) or 3 (dynamic)');
  fields.equal('footer.checksum', at + 64, fields.big32(at + 64), sumOf(fields.bytes(at, FOOTER), 64));
  fields.require('footer.id', at + 68, !/^0*$/.test(fields.hex(at + 68, 16)), fields.hex(at + 68, 16), 'not zero');
  fields.equal('footer.savedState', at + 84, fields.u8(at + 84), 0);
}

function dynamic(fields: Fields, size: number, inspect: DiskCheck): void {
  const end = fields.source.size - FOOTER;
  fields.equal('copy', 0, fields.hex(0, FOOTER), fields.hex(end, FOOTER));
  if (!fields.equal('footer.dataOffset', end + 16, fields.big64(end + 16), BigInt(FOOTER))) return;
  const at = FOOTER;
  fields.equal('header.cookie', at, fields.text(at, 8), 'cxsparse');
  fields.equal('header.dataOffset', at + 8, fields.big64(at + 8), ALL_ONES);
  fields.equal('header.version', at + 24, fields.big32(at + 24), 0x0001_0000);
  fields.equal('header.checksum', at + 36, fields.big32(at + 36), sumOf(fields.bytes(at, HEADER), 36));
  fields.equal('header.parentId', at + 40, fields.hex(at + 40, 16), '0'.repeat(32));
  const block = fields.big32(at + 32);
  if (!fields.equal('header.blockSize', at + 32, block, 0x20_0000)) return;
  const entries = fields.big32(at + 28);
  if (!fields.equal('header.entries', at + 28, entries, Math.ceil(size / block))) return;
  const table = finite(fields.big64(at + 16));
  if (!fields.equal('header.tableOffset', at + 16, table, at + HEADER)) return;
  const places = Array.from({ length: entries }, (_, index) => fields.big32(table + index * 4));
  const tableEnd = table + entries * 4;
  const firstSector = Math.ceil(tableEnd / SECTOR) * SECTOR;
  const unused = fields.hex(tableEnd, firstSector - tableEnd);
  fields.require('table.padding', tableEnd, /^f*$/.test(unused), unused, 'entries of no block');
  const taken = new Set<number>();
  for (const [index, sector] of places.entries()) {
    if (sector === NONE) continue;
    const start = sector * SECTOR;
    const fits = start >= firstSector && start + SECTOR + block <= end;
    // Blocks of one size that begin at whole steps from the first never overlap.
    fields.require(
      `table.${index}`,
      table + index * 4,
      fits && !taken.has(sector),
      sector,
      'a block of its own within the file',
    );
    const full = fields.hex(start, SECTOR) === 'ff'.repeat(SECTOR);
    fields.require(`bitmap.${index}`, start, full, full ? 'full' : 'with gaps', 'full');
    taken.add(sector);
    const behind = Math.max(0, (index + 1) * block - size);
    const isEmpty = /^0*$/.test(fields.hex(start + SECTOR + block - behind, behind));
    fields.require(`block.${index}.end`, start, isEmpty, 'other bytes', 'zeros behind the end of the disk');
  }
  const sorted = [...taken].sort((a, b) => a - b);
  const step = (SECTOR + block) / SECTOR;
  for (const [order, sector] of sorted.entries()) {
    const before = sorted[order - 1];
    if (before !== undefined)
      fields.require(
        'table.overlap',
        table,
        sector - before >= step,
        sector,
        `${step} sectors behind ${before} at least`,
      );
  }
  fields.equal('file.size', 0, end, sorted.length === 0 ? end : (sorted.at(-1) ?? 0) * SECTOR + SECTOR + block);
  if (fields.wrong.length > 0) return;
  const disk = blockDisk(
    size,
    block,
    (index) => {
      const sector = places[index] ?? NONE;
      return sector === NONE ? undefined : fields.bytes((sector + 1) * SECTOR, block);
    },
    (index) => (places[index] ?? NONE) !== NONE,
  );
  fields.add('disk', inspect(disk));
}

/** One's complement of the sum of all bytes but the sum itself. */
function sumOf(bytes: Uint8Array, at: number): number {
  let sum = 0;
  for (const [index, byte] of bytes.entries()) if (index < at || index >= at + 4) sum += byte;
  return ~sum >>> 0;
}
