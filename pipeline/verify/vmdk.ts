import { inflateSync } from 'node:zlib';
import type { RandomAccess } from '../formats/random-access.ts';
import { type FieldProblem, SECTOR } from '../formats/sector.ts';
import { blockDisk } from './block-disk.ts';
import { type DiskCheck, validateDisk } from './disk.ts';
import { Fields, finite } from './fields.ts';

const GRAIN_SECTORS = 128;
const GRAIN = GRAIN_SECTORS * SECTOR;
const PER_TABLE = 512;
const TABLE_SECTORS = 4;
const AT_END = 0xffff_ffff_ffff_ffffn;

/** What is wrong with a VMDK in one file, and with the disk in it ("Virtual Disk Format 5.0"). */
export function validateVmdk(
  source: RandomAccess,
  kind: 'monolithicSparse' | 'streamOptimized',
  inspect: DiskCheck = validateDisk,
): readonly FieldProblem[] {
  const fields = new Fields(source);
  const isStream = kind === 'streamOptimized';
  header(fields, 0, 'header', isStream);
  const capacity = finite(fields.little64(12));
  fields.require('header.capacity', 12, capacity > 0 && capacity % GRAIN_SECTORS === 0, capacity, 'whole grains');
  if (isStream) fields.equal('header.gdOffset', 56, fields.little64(56), AT_END);
  descriptor(fields, kind, capacity);
  if (fields.wrong.length > 0) return fields.wrong;
  const places = isStream ? stream(fields, capacity) : sparse(fields, capacity);
  if (fields.wrong.length > 0) return fields.wrong;
  const disk = blockDisk(
    capacity * SECTOR,
    GRAIN,
    (grain) => {
      const sector = places.get(grain);
      if (sector === undefined) return undefined;
      return isStream ? inflated(fields, sector * SECTOR) : fields.bytes(sector * SECTOR, GRAIN);
    },
    (grain) => places.has(grain),
  );
  fields.add('disk', inspect(disk));
  return fields.wrong;
}

function header(fields: Fields, at: number, name: string, isStream: boolean): void {
  fields.equal(`${name}.magic`, at, fields.text(at, 4), 'KDMV');
  fields.equal(`${name}.version`, at + 4, fields.little32(at + 4), isStream ? 3 : 1);
  fields.equal(`${name}.flags`, at + 8, fields.little32(at + 8), isStream ? 0x3_0001 : 0x3);
  fields.equal(`${name}.grainSize`, at + 20, fields.little64(at + 20), BigInt(GRAIN_SECTORS));
  fields.equal(`${name}.descriptorOffset`, at + 28, fields.little64(at + 28), 1n);
  const size = fields.little64(at + 36);
  fields.require(`${name}.descriptorSize`, at + 36, size > 0n && size < 128n, size, 'between 1 and 127');
  fields.equal(`${name}.entriesPerTable`, at + 44, fields.little32(at + 44), PER_TABLE);
  fields.equal(`${name}.uncleanShutdown`, at + 72, fields.u8(at + 72), 0);
  fields.equal(`${name}.newlines`, at + 73, fields.hex(at + 73, 4), '0a200d0a');
  fields.equal(`${name}.compression`, at + 77, fields.little16(at + 77), isStream ? 1 : 0);
}

function descriptor(fields: Fields, kind: string, capacity: number): void {
  const at = SECTOR;
  const length = Math.min(finite(fields.little64(36)), 128) * SECTOR;
  const text = fields.text(at, length).replace(/\0+$/, '');
  const value = (pattern: RegExp): string => text.match(pattern)?.[1] ?? '';
  const rows: readonly (readonly [name: string, pattern: RegExp, expected: string | RegExp])[] = [
    ['version', /^version=(.*)$/m, '1'],
    ['CID', /^CID=(.*)$/m, /^(?!fffffff[ef]$)[0-9a-f]{8}$/],
    ['parentCID', /^parentCID=(.*)$/m, 'ffffffff'],
    ['createType', /^createType="(.*)"$/m, kind],
    ['extent', /^RW (\d+) SPARSE "/m, String(capacity)],
    ['extentName', /^RW \d+ SPARSE "(.*)"$/m, /^[\w.-]+$/],
    ['adapterType', /^ddb\.adapterType = "(.*)"$/m, 'lsilogic'],
    ['hardware', /^ddb\.virtualHWVersion = "(.*)"$/m, /^\d+$/],
    ['cylinders', /^ddb\.geometry\.cylinders = "(.*)"$/m, /^\d+$/],
    ['heads', /^ddb\.geometry\.heads = "(.*)"$/m, '255'],
    ['sectors', /^ddb\.geometry\.sectors = "(.*)"$/m, '63'],
  ];
  fields.require(
    'descriptor.start',
    at,
    text.startsWith('# Disk DescriptorFile\n'),
    text.slice(0, 22),
    'its first line',
  );
  fields.require('descriptor.end', at, !text.includes('\0'), 'other bytes', 'zeros behind the text');
  for (const [name, pattern, expected] of rows) {
    const found = value(pattern);
    const isRight = typeof expected === 'string' ? found === expected : expected.test(found);
    fields.require(`descriptor.${name}`, at, isRight, found, String(expected));
  }
}

/** Sector of each grain by both directories, which must agree. */
function sparse(fields: Fields, capacity: number): ReadonlyMap<number, number> {
  const overhead = finite(fields.little64(64));
  const isWhole = overhead % GRAIN_SECTORS === 0 && overhead * SECTOR <= fields.source.size;
  fields.require('header.overHead', 64, isWhole, overhead, 'whole grains within the file');
  const first = directory(fields, { at: 56, name: 'gd', capacity });
  const second = directory(fields, { at: 48, name: 'rgd', capacity });
  for (const [grain, sector] of first) fields.equal('rgd.grain', grain, second.get(grain) ?? 0, sector);
  const taken = new Set(first.values());
  const last = [...taken].reduce((most, sector) => Math.max(most, sector), overhead - GRAIN_SECTORS);
  fields.equal('gd.overlap', 0, taken.size, first.size);
  for (const [grain, sector] of first)
    fields.require(
      `grain.${grain}`,
      0,
      sector >= overhead && (sector - overhead) % GRAIN_SECTORS === 0,
      sector,
      'a grain behind the tables',
    );
  fields.equal('file.size', 0, fields.source.size, (last + GRAIN_SECTORS) * SECTOR);
  return first;
}

function directory(
  fields: Fields,
  { at, name, capacity }: { readonly at: number; readonly name: string; readonly capacity: number },
): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  const start = finite(fields.little64(at)) * SECTOR;
  const tables = Math.ceil(capacity / (GRAIN_SECTORS * PER_TABLE));
  const inside = start > SECTOR && start + tables * 4 <= fields.source.size;
  if (!fields.require(`header.${name}Offset`, at, inside, start / SECTOR, 'within the file')) return places;
  for (let table = 0; table < tables; table += 1) {
    const sector = fields.little32(start + table * 4);
    const fits = sector * SECTOR > start && (sector + TABLE_SECTORS) * SECTOR <= fields.source.size;
    if (fields.require(`${name}.${table}`, start + table * 4, fits, sector, 'a table within the file'))
      collect(fields, { sector, table }, places);
  }
  return places;
}

function collect(
  fields: Fields,
  place: { readonly sector: number; readonly table: number },
  into: Map<number, number>,
): void {
  const entries = new DataView(fields.bytes(place.sector * SECTOR, TABLE_SECTORS * SECTOR).buffer);
  for (let entry = 0; entry < PER_TABLE; entry += 1) {
    const grain = entries.getUint32(entry * 4, true);
    if (grain !== 0) into.set(place.table * PER_TABLE + entry, grain);
  }
}

/** Walks the markers as an importer does, to the end of the stream; then looks whether footer and tables say the same. */
function stream(fields: Fields, capacity: number): ReadonlyMap<number, number> {
  const walked = new Map<number, number>();
  const tables = new Set<number>();
  let at = finite(fields.little64(64)) * SECTOR;
  let before = -1;
  let footer: number | undefined;
  let directorySector: number | undefined;
  const { size } = fields.source;
  if (!fields.require('header.overHead', 64, at > SECTOR && at <= size, at / SECTOR, 'within the file')) return walked;
  for (;;) {
    if (!fields.require('endOfStream', at, at + SECTOR <= size, 'missing', 'a marker at the end')) return walked;
    const value = finite(fields.little64(at));
    const packed = fields.little32(at + 8);
    if (packed > 0) {
      const grain = value / GRAIN_SECTORS;
      const isNext = Number.isInteger(grain) && grain > before && value < capacity;
      if (!fields.require('grain.lba', at, isNext, value, 'a grain behind the last one')) return walked;
      const content = inflated(fields, at);
      if (
        !fields.require(
          `grain.data`,
          at + 12,
          content?.length === GRAIN,
          content?.length ?? 'damaged',
          `${GRAIN} bytes of zlib`,
        )
      )
        return walked;
      before = grain;
      walked.set(grain, at / SECTOR);
      at += Math.ceil((12 + packed) / SECTOR) * SECTOR;
      continue;
    }
    const type = fields.little32(at + 12);
    if (!fields.require('marker.type', at + 12, type <= 3, type, '0 to 3')) return walked;
    if (type === 0) break;
    const sectors = { 1: TABLE_SECTORS, 2: Math.ceil(Math.ceil(capacity / (GRAIN_SECTORS * PER_TABLE)) / 128), 3: 1 }[
      type as 1 | 2 | 3
    ];
    if (!fields.equal('marker.size', at, value, sectors)) return walked;
    if (type === 1) tables.add(at / SECTOR + 1);
    if (type === 2) directorySector = at / SECTOR + 1;
    if (type === 3) footer = at + SECTOR;
    at += (1 + sectors) * SECTOR;
  }
  fields.equal('endOfStream', at, fields.hex(at, SECTOR), '00'.repeat(SECTOR));
  fields.equal('file.size', at, size, at + SECTOR);
  agreement(fields, { walked, tables, footer, directorySector, capacity });
  return walked;
}

function agreement(
  fields: Fields,
  found: {
    readonly walked: ReadonlyMap<number, number>;
    readonly tables: ReadonlySet<number>;
    readonly footer: number | undefined;
    readonly directorySector: number | undefined;
    readonly capacity: number;
  },
): void {
  const { walked, footer, directorySector = 0 } = found;
  if (footer === undefined) {
    fields.require('footer', 0, false, 'missing', 'a header that names the directory');
    return;
  }
  header(fields, footer, 'footer', true);
  fields.equal('footer.capacity', footer + 12, fields.little64(footer + 12), BigInt(found.capacity));
  fields.equal('footer.overHead', footer + 64, fields.little64(footer + 64), fields.little64(64));
  fields.equal('footer.gdOffset', footer + 56, fields.little64(footer + 56), BigInt(directorySector));
  const named = new Map<number, number>();
  for (let table = 0; table < Math.ceil(found.capacity / (GRAIN_SECTORS * PER_TABLE)); table += 1) {
    const at = directorySector * SECTOR + table * 4;
    const sector = fields.little32(at);
    if (sector === 0) continue;
    if (fields.require(`gd.${table}`, at, found.tables.has(sector), sector, 'the sector of a table'))
      collect(fields, { sector, table }, named);
  }
  for (const [grain, sector] of walked) fields.equal(`table.grain.${grain}`, 0, named.get(grain) ?? 0, sector);
  fields.equal('table.grains', 0, named.size, walked.size);
}

function inflated(fields: Fields, marker: number): Uint8Array | undefined {
  try {
    return inflateSync(fields.bytes(marker + 12, Math.min(fields.little32(marker + 8), 2 * GRAIN)), {
      maxOutputLength: 2 * GRAIN,
    });
  } catch {
    return undefined;
  }
}
