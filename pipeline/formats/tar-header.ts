import { compareCodeUnits } from '../core/json.ts';
import { putAscii } from './ascii.ts';
import type { EntryType, TarEntry } from './tar-entry.ts';

export const TAR_BLOCK = 512;

/** Two empty blocks, the end of a tar. */
export const TAR_END = new Uint8Array(2 * TAR_BLOCK);

/** Prefix of extended attributes in pax records; GNU tar, libarchive, squashfs-tools and Docker all read it. */
export const XATTR_PREFIX = 'SCHILY.xattr.';

const TYPE_FLAGS: { readonly [type in EntryType]: string } = {
  file: '0',
  link: '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
};

const NAME_BYTES = 100;
const MAX_OCTAL_7 = 0o7777777;
const MAX_OCTAL_11 = 0o77777777777;
const encoder = new TextEncoder();

/**
 * The header blocks of one member of a canonical tar (POSIX.1-1988 ustar with POSIX.1-2001 pax records, see pax(1)): where something
 * does not fit ustar (names over 100 bytes or beyond ASCII, sizes from 8 GiB, ids over 2 097 151, extended attributes), a pax header
 * with sorted records goes before. Owners are numbers only; the names are empty. One entry has one form.
 *
 * Not tar-stream's: it builds pax records as text and so spoils binary attributes (file capabilities), turns mode 0 into 0644 and
 * mtime 0 into now, and saturates large ids silently.
 *
 * Throws a RangeError for numbers that no tar can hold: a bug of the caller.
 */
export function encodeTarHeader(entry: TarEntry): Uint8Array {
  checkNumbers(entry);
  const path = entry.path === '' ? './' : entry.type === 'directory' ? `${entry.path}/` : entry.path;
  const target = entry.target ?? '';
  const records: (readonly [string, Uint8Array])[] = [];
  if (!fits(path)) records.push(['path', encoder.encode(path)]);
  if (!fits(target)) records.push(['linkpath', encoder.encode(target)]);
  if (entry.size > MAX_OCTAL_11) records.push(['size', encoder.encode(String(entry.size))]);
  if (entry.uid > MAX_OCTAL_7) records.push(['uid', encoder.encode(String(entry.uid))]);
  if (entry.gid > MAX_OCTAL_7) records.push(['gid', encoder.encode(String(entry.gid))]);
  for (const [name, value] of Object.entries(entry.xattrs ?? {})) records.push([XATTR_PREFIX + name, value]);

  const main = block(entry, path, target, TYPE_FLAGS[entry.type]);
  if (records.length === 0) return main;
  const body = paxBody(records);
  const pax = block({ ...entry, mode: 0o644, uid: 0, gid: 0, size: body.length }, 'PaxHeader', '', 'x');
  return concat([pax, body, new Uint8Array(tarPadding(body.length)), main]);
}

/** Bytes of zeros after contents of this size. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}

function checkNumbers(entry: TarEntry): void {
  const { mode, uid, gid, mtime, size } = entry;
  const bad = [mode, uid, gid, mtime, size].some((number) => !Number.isSafeInteger(number) || number < 0);
  if (bad || mode > 0o7777 || mtime > MAX_OCTAL_11 || uid > 0xffff_ffff || gid > 0xffff_ffff) {
    throw new RangeError(`no tar holds ${JSON.stringify({ path: entry.path, mode, uid, gid, mtime, size })}`);
  }
  if (entry.type !== 'file' && size !== 0) throw new RangeError(`${entry.path} is a ${entry.type} with contents`);
  if ((entry.type === 'symlink' || entry.type === 'link') !== (entry.target !== undefined)) {
    throw new RangeError(
      `${entry.path} is a ${entry.type} ${entry.target === undefined ? 'without' : 'with'} a target`,
    );
  }
}

/** Whether ustar's fields of 100 bytes hold this text. */
function fits(text: string): boolean {
  return text.length <= NAME_BYTES && /^[\x20-\x7e]*$/.test(text);
}

function block(entry: TarEntry, path: string, target: string, flag: string): Uint8Array {
  const bytes = new Uint8Array(TAR_BLOCK);
  putAscii(bytes, 0, shorten(path));
  putAscii(bytes, 100, octal(entry.mode, 7));
  putAscii(bytes, 108, octal(Math.min(entry.uid, MAX_OCTAL_7), 7));
  putAscii(bytes, 116, octal(Math.min(entry.gid, MAX_OCTAL_7), 7));
  putAscii(bytes, 124, octal(Math.min(entry.size, MAX_OCTAL_11), 11));
  putAscii(bytes, 136, octal(entry.mtime, 11));
  putAscii(bytes, 148, '        ');
  putAscii(bytes, 156, flag);
  putAscii(bytes, 157, shorten(target));
  putAscii(bytes, 257, 'ustar\u000000');
  putAscii(bytes, 329, octal(entry.device?.major ?? 0, 7));
  putAscii(bytes, 337, octal(entry.device?.minor ?? 0, 7));
  let sum = 0;
  for (const byte of bytes) sum += byte;
  putAscii(bytes, 148, `${octal(sum, 6)}\u0000 `);
  return bytes;
}

/** A stand-in for readers that do not know pax: the real text is in a record. */
function shorten(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '_').slice(0, NAME_BYTES);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** Records `<length> <key>=<value>\n`, where the length counts itself. */
function paxBody(records: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [key, value] of [...records].sort((a, b) => compareCodeUnits(a[0], b[0]))) {
    const keyBytes = encoder.encode(` ${key}=`);
    const rest = keyBytes.length + value.length + 1;
    let length = rest + String(rest).length;
    if (String(length).length > String(rest).length) length = rest + String(length).length;
    parts.push(encoder.encode(String(length)), keyBytes, value, encoder.encode('\n'));
  }
  return concat(parts);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
