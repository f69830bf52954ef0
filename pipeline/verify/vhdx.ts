import { crc32c } from '../formats/crc32.ts';
import { decodeGuid } from '../formats/guid.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import { type FieldProblem, MIB } from '../formats/sector.ts';
import { blockDisk } from './block-disk.ts';
import { type DiskCheck, validateDisk } from './disk.ts';
import { Fields, finite } from './fields.ts';

const KIB = 1024;
const NO_GUID = '00000000-0000-0000-0000-000000000000';
const TABLE_REGION = '2dc27766-f623-4200-9d64-115e9bfd4a08';
const METADATA_REGION = '8b7ca206-4790-4b9a-b8fe-575f050f886e';
const ITEM = {
  fileParameters: 'caa16737-fa36-4d43-b3b6-33f0aa44e76b',
  size: '2fa54224-cd1b-4876-b211-5dbed83bf4b8',
  page83: 'beca12ab-b2e6-4523-93ef-c309e000c746',
  logicalSector: '8141bf1d-a96f-4709-ba47-f233a8faab5f',
  physicalSector: 'cda348c7-445d-4471-9cc9-e9885251c556',
} as const;

interface Region {
  readonly offset: number;
  readonly length: number;
}

/** What is wrong with a dynamic VHDX that nobody has opened yet, and with the disk in it ([MS-VHDX] 7.0). */
export function validateVhdx(source: RandomAccess, inspect: DiskCheck = validateDisk): readonly FieldProblem[] {
  const fields = new Fields(source);
  fields.equal('identifier', 0, fields.text(0, 8), 'vhdxfile');
  // UTF-16; behind it zeros.
  fields.equal('creator', 8, fields.text(8, 512).replaceAll('\0', ''), 'RancherOS');
  for (const [index, at] of [64 * KIB, 128 * KIB].entries()) header(fields, at, `header.${index + 1}`);
  const sequence = [fields.little64(64 * KIB + 8), fields.little64(128 * KIB + 8)] as const;
  fields.require(
    'header.sequence',
    64 * KIB + 8,
    sequence[0] !== sequence[1],
    sequence[1],
    'different in both headers',
  );
  const first = regions(fields, 192 * KIB, 'regions.1');
  regions(fields, 256 * KIB, 'regions.2');
  fields.equal(
    'regions.copy',
    256 * KIB,
    fields.hex(256 * KIB, 64 * KIB) === fields.hex(192 * KIB, 64 * KIB) ? 'equal' : 'different',
    'equal',
  );
  const table = first.get(TABLE_REGION);
  const metadata = first.get(METADATA_REGION);
  if (fields.wrong.length > 0 || !table || !metadata) return fields.wrong;
  const items = metadataItems(fields, metadata);
  if (items) payload(fields, table, { ...items, inspect });
  return fields.wrong;
}

function header(fields: Fields, at: number, name: string): void {
  fields.equal(`${name}.signature`, at, fields.text(at, 4), 'head');
  fields.equal(`${name}.checksum`, at + 4, fields.little32(at + 4), sumOf(fields.bytes(at, 4 * KIB)));
  fields.require(
    `${name}.fileWriteGuid`,
    at + 16,
    guid(fields, at + 16) !== NO_GUID,
    guid(fields, at + 16),
    'not zero',
  );
  fields.require(
    `${name}.dataWriteGuid`,
    at + 32,
    guid(fields, at + 32) !== NO_GUID,
    guid(fields, at + 32),
    'not zero',
  );
  fields.equal(`${name}.logGuid`, at + 48, guid(fields, at + 48), NO_GUID);
  fields.equal(`${name}.logVersion`, at + 64, fields.little16(at + 64), 0);
  fields.equal(`${name}.version`, at + 66, fields.little16(at + 66), 1);
  const length = fields.little32(at + 68);
  const offset = finite(fields.little64(at + 72));
  fields.require(`${name}.logLength`, at + 68, length > 0 && length % MIB === 0, length, 'whole MiB');
  const fits = offset >= MIB && offset % MIB === 0 && offset + length <= fields.source.size;
  fields.require(`${name}.logOffset`, at + 72, fits, offset, 'whole MiB within the file');
}

function regions(fields: Fields, at: number, name: string): ReadonlyMap<string, Region> {
  fields.equal(`${name}.signature`, at, fields.text(at, 4), 'regi');
  fields.equal(`${name}.checksum`, at + 4, fields.little32(at + 4), sumOf(fields.bytes(at, 64 * KIB)));
  const found = new Map<string, Region>();
  if (!fields.equal(`${name}.count`, at + 8, fields.little32(at + 8), 2)) return found;
  for (let index = 0; index < 2; index += 1) {
    const entry = at + 16 + index * 32;
    const offset = finite(fields.little64(entry + 16));
    const length = fields.little32(entry + 24);
    const fits = offset >= MIB && offset % MIB === 0 && length > 0 && length % MIB === 0;
    fields.require(
      `${name}.${index}.offset`,
      entry + 16,
      fits && offset < fields.source.size,
      offset,
      'whole MiB within the file',
    );
    fields.require(
      `${name}.${index}.length`,
      entry + 24,
      fits && offset + length <= fields.source.size + MIB,
      length,
      'whole MiB',
    );
    fields.equal(`${name}.${index}.required`, entry + 28, fields.little32(entry + 28), 1);
    found.set(guid(fields, entry), { offset, length });
  }
  fields.require(`${name}.table`, at + 16, found.has(TABLE_REGION), [...found.keys()].join(' '), TABLE_REGION);
  fields.require(`${name}.metadata`, at + 48, found.has(METADATA_REGION), [...found.keys()].join(' '), METADATA_REGION);
  return found;
}

interface Items {
  readonly block: number;
  readonly size: number;
}

function metadataItems(fields: Fields, { offset: at, length }: Region): Items | undefined {
  fields.equal('metadata.signature', at, fields.text(at, 8), 'metadata');
  const count = fields.little16(at + 10);
  if (!fields.equal('metadata.count', at + 10, count, Object.keys(ITEM).length)) return undefined;
  const places = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const entry = at + 32 + index * 32;
    const place = fields.little32(entry + 16);
    const size = fields.little32(entry + 20);
    const name = Object.entries(ITEM).find(([, id]) => id === guid(fields, entry))?.[0] ?? 'unknown';
    fields.require(`metadata.${index}.id`, entry, name !== 'unknown', guid(fields, entry), 'a known item');
    fields.require(
      `metadata.${index}.offset`,
      entry + 16,
      place >= 64 * KIB && place + size <= length,
      place,
      'within the region',
    );
    fields.equal(`metadata.${index}.length`, entry + 20, size, name === 'page83' ? 16 : /Sector$/.test(name) ? 4 : 8);
    fields.equal(`metadata.${index}.flags`, entry + 24, fields.little32(entry + 24), name === 'fileParameters' ? 4 : 6);
    places.set(name, at + place);
  }
  for (const name of Object.keys(ITEM)) fields.require(`metadata.${name}`, at, places.has(name), 'missing', 'there');
  if (fields.wrong.length > 0) return undefined;
  const place = (name: keyof typeof ITEM): number => places.get(name) ?? 0;
  const block = fields.little32(place('fileParameters'));
  fields.equal('blockSize', place('fileParameters'), block, MIB);
  fields.equal('fileParameters', place('fileParameters') + 4, fields.little32(place('fileParameters') + 4), 0);
  const size = fields.little64(place('size'));
  fields.require(
    'virtualDiskSize',
    place('size'),
    size > 0n && size % BigInt(MIB) === 0n && size <= 2n ** 46n,
    size,
    'whole MiB',
  );
  fields.require('page83', place('page83'), guid(fields, place('page83')) !== NO_GUID, NO_GUID, 'not zero');
  fields.equal('logicalSectorSize', place('logicalSector'), fields.little32(place('logicalSector')), 512);
  const physical = fields.little32(place('physicalSector'));
  fields.require(
    'physicalSectorSize',
    place('physicalSector'),
    physical === 512 || physical === 4096,
    physical,
    '512 or 4096',
  );
  return fields.wrong.length > 0 ? undefined : { block, size: finite(size) };
}

function payload(
  fields: Fields,
  { offset: at, length }: Region,
  { block, size, inspect }: Items & { readonly inspect: DiskCheck },
): void {
  const chunk = (2 ** 23 * 512) / block;
  const blocks = Math.ceil(size / block);
  const entries = blocks + Math.floor((blocks - 1) / chunk);
  if (!fields.require('table.length', at, entries * 8 <= length, length, `at least ${entries * 8}`)) return;
  const view = new DataView(fields.bytes(at, entries * 8).buffer);
  const places = new Map<number, number>();
  const taken = new Set<number>();
  for (let entry = 0; entry < entries; entry += 1) {
    const value = view.getBigUint64(entry * 8, true);
    const state = Number(value & 7n);
    const place = finite(value >> 20n) * MIB;
    const name = `table.${entry}`;
    if (entry % (chunk + 1) === chunk) {
      fields.equal(`${name}.bitmap`, at + entry * 8, value, 0n);
      continue;
    }
    const isKnown = (state === 0 || state === 2 || state === 6) && (value & 0xf_fff8n) === 0n;
    fields.require(`${name}.state`, at + entry * 8, isKnown, value, 'not present, zero, or fully present');
    if (state !== 6) {
      fields.equal(`${name}.offset`, at + entry * 8, place, 0);
      continue;
    }
    const fits =
      place >= MIB && place + block <= fields.source.size && !taken.has(place) && (place < at || place >= at + length);
    fields.require(`${name}.offset`, at + entry * 8, fits, place, 'a block of its own within the file');
    taken.add(place);
    places.set(entry - Math.floor(entry / (chunk + 1)), place);
  }
  const last = [...taken].reduce((most, place) => Math.max(most, place + block), at + length);
  fields.equal('file.size', 0, fields.source.size, last);
  if (fields.wrong.length > 0) return;
  const disk = blockDisk(
    size,
    block,
    (index) => {
      const place = places.get(index);
      return place === undefined ? undefined : fields.bytes(place, block);
    },
    (index) => places.has(index),
  );
  fields.add('disk', inspect(disk));
}

function guid(fields: Fields, at: number): string {
  return decodeGuid(fields.bytes(at, 16));
}

/** CRC-32C with the sum itself taken as zero. */
function sumOf(bytes: Uint8Array): number {
  bytes.fill(0, 4, 8);
  return crc32c(bytes);
}
