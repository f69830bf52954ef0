/**
 * ZIP files of deflated members (APPNOTE.TXT 6.3.10, §4.3): for each a local header and its data, then the central directory and its
 * end. No member is encrypted, none has a data descriptor, and nothing needs ZIP64.
 */
export interface ZipMember {
  /** ASCII, with `/` between folders. */
  readonly name: string;
  readonly crc32: number;
  /** Bytes of the deflate stream. */
  readonly packedSize: number;
  readonly size: number;
}

/** Where a member's local header begins, in bytes from the start of the file. */
export interface PlacedMember extends ZipMember {
  readonly offset: number;
}

export const ZIP_SIGNATURE = { local: 0x0403_4b50, central: 0x0201_4b50, end: 0x0605_4b50 } as const;
export const LOCAL_HEADER = 30;
export const CENTRAL_HEADER = 46;
export const END_RECORD = 22;

/** Version 2.0: folders and deflate. */
export const VERSION_NEEDED = 20;
export const DEFLATED = 8;
/** Whose file attributes stand in the directory: those of Unix. */
const MADE_BY_UNIX = 3 << 8;
const REGULAR_FILE = 0o100644;
const LIMIT = 0xffff_ffff;

/** Header that stands before a member's data. Throws a RangeError for what a ZIP without ZIP64 cannot say. */
export function zipLocalHeader(member: ZipMember, seconds: number): Uint8Array {
  const name = nameOf(member);
  const bytes = new Uint8Array(LOCAL_HEADER + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, ZIP_SIGNATURE.local, true);
  common(view, 4, { member, seconds, nameLength: name.length });
  bytes.set(name, LOCAL_HEADER);
  return bytes;
}

/** The central directory of members in the order of their offsets, and the record that ends the file. */
export function zipDirectory(members: readonly PlacedMember[], start: number, seconds: number): Uint8Array {
  if (members.length > 0xfffe) throw new RangeError(`a ZIP lists no ${members.length} members`);
  const entries = members.map((member) => centralHeader(member, seconds));
  const size = entries.reduce((sum, entry) => sum + entry.length, 0);
  if (start + size > LIMIT) throw new RangeError(`a ZIP without ZIP64 ends before byte ${start + size}`);
  const bytes = new Uint8Array(size + END_RECORD);
  let at = 0;
  for (const entry of entries) {
    bytes.set(entry, at);
    at += entry.length;
  }
  const view = new DataView(bytes.buffer, at);
  view.setUint32(0, ZIP_SIGNATURE.end, true);
  view.setUint16(8, members.length, true);
  view.setUint16(10, members.length, true);
  view.setUint32(12, size, true);
  view.setUint32(16, start, true);
  return bytes;
}

function centralHeader(member: PlacedMember, seconds: number): Uint8Array {
  if (member.offset > LIMIT) throw new RangeError(`a ZIP without ZIP64 has no member at ${member.offset}`);
  const name = nameOf(member);
  const bytes = new Uint8Array(CENTRAL_HEADER + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, ZIP_SIGNATURE.central, true);
  view.setUint16(4, MADE_BY_UNIX | VERSION_NEEDED, true);
  common(view, 6, { member, seconds, nameLength: name.length });
  view.setUint32(38, REGULAR_FILE * 0x1_0000, true);
  view.setUint32(42, member.offset, true);
  bytes.set(name, CENTRAL_HEADER);
  return bytes;
}

/** The fields that both headers have, from "version needed" to "length of extra field". */
function common(
  view: DataView,
  at: number,
  {
    member,
    seconds,
    nameLength,
  }: { readonly member: ZipMember; readonly seconds: number; readonly nameLength: number },
): void {
  const { time, date } = dosTime(seconds);
  if (member.size > LIMIT || member.packedSize > LIMIT)
    throw new RangeError(`a ZIP without ZIP64 holds no member of ${member.size} bytes`);
  view.setUint16(at, VERSION_NEEDED, true);
  view.setUint16(at + 4, DEFLATED, true);
  view.setUint16(at + 6, time, true);
  view.setUint16(at + 8, date, true);
  view.setUint32(at + 10, member.crc32, true);
  view.setUint32(at + 14, member.packedSize, true);
  view.setUint32(at + 18, member.size, true);
  view.setUint16(at + 22, nameLength, true);
}

function nameOf({ name }: ZipMember): Uint8Array {
  if (!/^[\x21-\x7e]+(?:\/[\x21-\x7e]+)*$/.test(name) || name.includes('..') || name.startsWith('/'))
    throw new RangeError(`not a name for a ZIP member: ${JSON.stringify(name)}`);
  return Uint8Array.from(name, (letter) => letter.charCodeAt(0));
}

/** MS-DOS time: two seconds are its unit, and it begins in 1980; taken as UTC. */
function dosTime(seconds: number): { readonly time: number; readonly date: number } {
  const moment = new Date(seconds * 1000);
  const year = moment.getUTCFullYear();
  if (year < 1980 || year > 2107) throw new RangeError(`a ZIP has no time for the year ${year}`);
  return {
    time: (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1),
    date: ((year - 1980) << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate(),
  };
}
