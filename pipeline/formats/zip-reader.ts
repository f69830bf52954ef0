import { type RandomAccess, slice } from './random-access.ts';
import type { FieldProblem } from './sector.ts';
import {
  CENTRAL_HEADER,
  DEFLATED,
  END_RECORD,
  LOCAL_HEADER,
  type PlacedMember,
  VERSION_NEEDED,
  ZIP_SIGNATURE,
} from './zip.ts';

/** A ZIP as it was found, with all that is wrong with it. */
export interface ReadZip {
  readonly members: readonly (PlacedMember & {
    /** The deflate stream. */
    readonly packed: RandomAccess;
  })[];
  readonly problems: readonly FieldProblem[];
}

/** What the fixed part of either header says, and which bytes both must have alike. */
interface Header {
  readonly fields: { readonly [field: string]: number };
  readonly name: string;
  readonly extra: number;
}

/**
 * Reads a ZIP and compares everything that it says twice: directory with local headers, sizes with places. Members must follow each
 * other without gaps, from the first byte to the directory, so that no reader sees other members than this one.
 */
export function readZip(source: RandomAccess): ReadZip {
  const problems: FieldProblem[] = [];
  const wrong = (field: string, message: string): void => void problems.push({ field, message });
  const end = view(source, source.size - END_RECORD, END_RECORD);
  if (!end || end.getUint32(0, true) !== ZIP_SIGNATURE.end)
    return {
      members: [],
      problems: [{ field: 'end.signature', message: 'The file does not end with the record that ends a ZIP.' }],
    };
  if (end.getUint32(4, true) !== 0) wrong('end.disks', 'The ZIP says that it is spread over several disks.');
  if (end.getUint16(20, true) !== 0) wrong('end.comment', 'The ZIP has a comment.');
  const count = end.getUint16(10, true);
  if (end.getUint16(8, true) !== count) wrong('end.count', 'The ZIP counts its members twice, and differently.');
  const start = end.getUint32(16, true);
  const size = end.getUint32(12, true);
  if (start + size !== source.size - END_RECORD) {
    wrong('end.directory', `The directory is said to be ${size} bytes at ${start}; its end is elsewhere.`);
    return { members: [], problems };
  }
  const members: ReadZip['members'][number][] = [];
  let at = start;
  let data = 0;
  for (let index = 0; index < count; index += 1) {
    const entry = header(source, at, 'central');
    if (!entry) {
      wrong(`directory.${index}`, `The directory has no entry ${index} at ${at}.`);
      return { members, problems };
    }
    at += CENTRAL_HEADER + entry.name.length + entry.extra;
    const { name, fields } = entry;
    const { offset = 0, packedSize = 0, size: unpacked = 0, crc32 = 0 } = fields;
    if (offset !== data) wrong(`${name}.offset`, `${name} begins at ${offset}, not at ${data}.`);
    const local = header(source, offset, 'local');
    if (!local) {
      wrong(`${name}.local`, `${name} has no local header at ${offset}.`);
      return { members, problems };
    }
    problems.push(...differences(entry, local));
    const place = offset + LOCAL_HEADER + local.name.length + local.extra;
    data = place + packedSize;
    if (data > start) {
      wrong(`${name}.packedSize`, `${name} ends at ${data}, behind the start of the directory.`);
      return { members, problems };
    }
    members.push({ name, crc32, packedSize, size: unpacked, offset, packed: slice(source, place, packedSize) });
  }
  if (data !== start) wrong('end.start', `The directory begins at ${start}; the last member ends at ${data}.`);
  if (at !== start + size) wrong('end.size', `The directory has ${at - start} bytes, not ${size}.`);
  return { members, problems };
}

const FIELDS = ['version', 'flags', 'method', 'time', 'date', 'crc32', 'packedSize', 'size'] as const;

function differences(entry: Header, local: Header): FieldProblem[] {
  const { name } = entry;
  const problems = FIELDS.filter((field) => entry.fields[field] !== local.fields[field]).map((field) => ({
    field: `${name}.${field}`,
    message: `The directory says ${entry.fields[field]} as ${field} of ${name}, its local header ${local.fields[field]}.`,
  }));
  if (local.name !== name)
    problems.push({ field: `${name}.name`, message: `The local header of ${name} has the name ${local.name}.` });
  if (entry.fields['version'] !== VERSION_NEEDED)
    problems.push({ field: `${name}.version`, message: `${name} asks for version ${entry.fields['version']}.` });
  if (entry.fields['method'] !== DEFLATED || entry.fields['flags'] !== 0)
    problems.push({ field: `${name}.method`, message: `${name} is not plainly deflated.` });
  if (name.startsWith('/') || name.split('/').includes('..') || name.includes('\\'))
    problems.push({ field: `${name}.name`, message: `${name} leads out of the directory it is unpacked in.` });
  return problems;
}

function header(source: RandomAccess, at: number, kind: 'local' | 'central'): Header | undefined {
  const length = kind === 'local' ? LOCAL_HEADER : CENTRAL_HEADER;
  const fixed = view(source, at, length);
  if (!fixed || fixed.getUint32(0, true) !== ZIP_SIGNATURE[kind]) return undefined;
  const base = kind === 'local' ? 4 : 6;
  const short = (offset: number): number => fixed.getUint16(base + offset, true);
  const long = (offset: number): number => fixed.getUint32(base + offset, true);
  const fields: { [field: string]: number } = {
    version: short(0),
    flags: short(2),
    method: short(4),
    time: short(6),
    date: short(8),
    crc32: long(10),
    packedSize: long(14),
    size: long(18),
  };
  if (kind === 'central') fields['offset'] = fixed.getUint32(42, true);
  const nameLength = short(22);
  const comment = kind === 'central' ? fixed.getUint16(32, true) : 0;
  const name = new TextDecoder('latin1').decode(source.read(at + length, nameLength));
  return { fields, name, extra: short(24) + comment };
}

/** A copy: the next read of the source may overwrite what this one gave. */
function view(source: RandomAccess, at: number, length: number): DataView | undefined {
  if (at < 0 || at + length > source.size) return undefined;
  return new DataView(source.read(at, length).slice().buffer);
}
