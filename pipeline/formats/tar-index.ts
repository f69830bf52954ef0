import { memberPath } from './member-path.ts';
import type { RandomAccess } from './random-access.ts';
import type { EntryType, TarEntry } from './tar-entry.ts';
import { TAR_BLOCK, tarPadding, XATTR_PREFIX } from './tar-header.ts';
import { wrongBytes } from './wrong-bytes.ts';

/** A member and where its contents lie in the tar. */
export interface IndexedEntry extends TarEntry {
  readonly offset: number;
}

const TYPES: { readonly [flag: string]: EntryType | undefined } = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

/** Pax records, GNU long names: far more than any honest archive has. */
const EXTENSION_LIMIT = 1 << 20;
/** Twenty times the largest tree here; as many take 200 MB of memory. */
const MEMBER_LIMIT = 200_000;
/** GNU tar pads to 10 KiB, some tools to more; what follows the end must be zeros. */
const TAIL_LIMIT = 1 << 20;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the headers of a tar (ustar, pax, GNU long names and base-256 numbers) and skips the contents, so that its time depends on the
 * number of members only. Paths come out in our form (`memberPath`). Order and duplicates are kept as they are.
 *
 * Throws `wrong-bytes` naming `what` for anything damaged, cut short, hostile, or of a kind that no tree needs (sparse files).
 */
export function indexTar(source: RandomAccess, what: string): readonly IndexedEntry[] {
  const entries: IndexedEntry[] = [];
  let position = 0;
  let extension: Extension = {};
  for (;;) {
    const header = source.read(position, TAR_BLOCK);
    if (header.length < TAR_BLOCK)
      throw wrongBytes(`${what} is cut short: it ends at byte ${position} without an end mark.`);
    if (header.every((byte) => byte === 0)) break;
    checkSum(header, position, what);
    const flag = String.fromCharCode(header[156] ?? 0);
    const offset = position + TAR_BLOCK;
    const size =
      extension.size !== undefined && !'xgLK'.includes(flag) ? extension.size : number(header, 124, 12, what);
    if (offset + size > source.size) {
      throw wrongBytes(
        `${what} is cut short: ${shown(rawName(header, what))} claims ${size} bytes, ${Math.max(0, source.size - offset)} are there.`,
      );
    }
    if ('xgLK'.includes(flag)) {
      if (size > EXTENSION_LIMIT)
        throw wrongBytes(`${what} has an extended header of ${size} bytes at byte ${position}.`);
      extension = extend(extension, flag, source.read(offset, size), what);
      position = offset + size + tarPadding(size);
      continue;
    }
    const entry = decode(header, extension, size, what);
    entries.push({ ...entry, offset });
    if (entries.length > MEMBER_LIMIT) throw wrongBytes(`${what} has more than ${MEMBER_LIMIT} members.`);
    extension = {};
    // Old tars give links a size; no contents follow them.
    position = offset + entry.size + tarPadding(entry.size);
  }
  if (Object.keys(extension).length > 0)
    throw wrongBytes(`${what} ends with an extended header that belongs to nothing.`);
  checkTail(source, position, what);
  return entries;
}

interface Extension {
  path?: string;
  target?: string;
  size?: number;
  uid?: number;
  gid?: number;
  mtime?: number;
  xattrs?: { [name: string]: Uint8Array };
}

function extend(extension: Extension, flag: string, bytes: Uint8Array, what: string): Extension {
  if (flag === 'L') return { ...extension, path: text(bytes, what) };
  if (flag === 'K') return { ...extension, target: text(bytes, what) };
  const next: Extension = { ...extension };
  for (const [key, value] of paxRecords(bytes, what)) {
    if (flag === 'g') {
      if (key !== 'comment') throw wrongBytes(`${what} has a global pax record ${shown(key)}, which is not supported.`);
    } else if (key === 'path') next.path = text(value, what);
    else if (key === 'linkpath') next.target = text(value, what);
    else if (key === 'size') next.size = decimal(value, key, what);
    else if (key === 'uid') next.uid = decimal(value, key, what);
    else if (key === 'gid') next.gid = decimal(value, key, what);
    else if (key === 'mtime') next.mtime = Math.max(0, Math.floor(Number(text(value, what)) || 0));
    else if (key.startsWith(XATTR_PREFIX))
      next.xattrs = { ...next.xattrs, [key.slice(XATTR_PREFIX.length)]: value.slice() };
    else if (key.startsWith('GNU.sparse')) throw wrongBytes(`${what} has a sparse file, which is not supported.`);
  }
  return next;
}

function* paxRecords(bytes: Uint8Array, what: string): Generator<readonly [string, Uint8Array]> {
  const damaged = (): Error => wrongBytes(`${what} has a damaged pax header.`);
  let start = 0;
  while (start < bytes.length) {
    const blank = bytes.indexOf(0x20, start);
    const digits = blank < 0 ? '' : String.fromCharCode(...bytes.subarray(start, Math.min(blank, start + 10)));
    if (!/^[1-9]\d{0,8}$/.test(digits)) throw damaged();
    const end = start + Number(digits);
    const equals = bytes.indexOf(0x3d, blank);
    if (end > bytes.length || equals < 0 || equals >= end || bytes[end - 1] !== 0x0a) throw damaged();
    yield [text(bytes.subarray(blank + 1, equals), what), bytes.subarray(equals + 1, end - 1)];
    start = end;
  }
}

function decode(header: Uint8Array, extension: Extension, size: number, what: string): TarEntry {
  const raw = extension.path ?? rawName(header, what);
  const flag = String.fromCharCode(header[156] ?? 0);
  // Tars from before 1988 mark folders by the slash alone.
  const type = flag === '\0' && raw.endsWith('/') ? 'directory' : TYPES[flag];
  if (!type) throw wrongBytes(`${what} has a member of an unsupported kind ${shown(flag)}, ${shown(raw)}.`);
  const target = extension.target ?? field(header, 157, 100, what);
  if ((type === 'link' || type === 'symlink') && target === '')
    throw wrongBytes(`${what} has a link without a target, ${shown(raw)}.`);
  const path = memberPath(raw, what);
  if (path === '' && type !== 'directory') throw wrongBytes(`${what} has a member without a name.`);
  return {
    path,
    type,
    mode: number(header, 100, 8, what) & 0o7777,
    uid: extension.uid ?? number(header, 108, 8, what),
    gid: extension.gid ?? number(header, 116, 8, what),
    mtime: extension.mtime ?? number(header, 136, 12, what),
    size: type === 'file' ? size : 0,
    ...(type === 'symlink' ? { target } : type === 'link' ? { target: memberPath(target, what) } : {}),
    ...(type === 'character-device' || type === 'block-device'
      ? { device: { major: number(header, 329, 8, what), minor: number(header, 337, 8, what) } }
      : {}),
    ...(extension.xattrs ? { xattrs: extension.xattrs } : {}),
  };
}

function rawName(header: Uint8Array, what: string): string {
  const name = field(header, 0, 100, what);
  // The prefix belongs to POSIX ustar; GNU's own magic is `ustar ` with a blank and uses the place otherwise.
  if (String.fromCharCode(...header.subarray(257, 263)) !== 'ustar\0') return name;
  const prefix = field(header, 345, 155, what);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function field(header: Uint8Array, offset: number, length: number, what: string): string {
  return text(header.subarray(offset, offset + length), what);
}

/** UTF-8 up to the first NUL. */
function text(bytes: Uint8Array, what: string): string {
  const end = bytes.indexOf(0);
  try {
    return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
  } catch {
    throw wrongBytes(`${what} has a name that is not UTF-8.`);
  }
}

/** An octal number, or GNU's base-256 form, marked by the top bit. */
function number(header: Uint8Array, offset: number, length: number, what: string): number {
  const bytes = header.subarray(offset, offset + length);
  const first = bytes[0] ?? 0;
  if (first & 0x80) {
    let value = first & 0x7f;
    for (const byte of bytes.subarray(1)) value = value * 256 + byte;
    if (!Number.isSafeInteger(value))
      throw wrongBytes(`${what} has a number that is too large, in ${shown(rawName(header, what))}.`);
    return value;
  }
  const digits = String.fromCharCode(...bytes)
    .replace(/^ +/, '')
    .replace(/[\0 ][\s\S]*$/, '');
  if (!/^[0-7]*$/.test(digits)) throw wrongBytes(`${what} has a header with an unreadable number, ${shown(digits)}.`);
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function decimal(value: Uint8Array, key: string, what: string): number {
  const digits = text(value, what);
  if (!/^\d{1,15}$/.test(digits))
    throw wrongBytes(`${what} has a pax record ${key} with the unreadable value ${shown(digits)}.`);
  return Number(digits);
}

function checkSum(header: Uint8Array, position: number, what: string): void {
  let sum = 8 * 0x20;
  for (let index = 0; index < TAR_BLOCK; index += 1) if (index < 148 || index >= 156) sum += header[index] ?? 0;
  if (sum !== number(header, 148, 8, what))
    throw wrongBytes(`${what} is damaged: the header at byte ${position} has a wrong checksum.`);
}

function checkTail(source: RandomAccess, position: number, what: string): void {
  const rest = source.size - position;
  if (rest > TAIL_LIMIT || source.read(position, rest).some((byte) => byte !== 0)) {
    throw wrongBytes(`${what} has ${rest} bytes after its end mark at byte ${position}.`);
  }
}

function shown(raw: string): string {
  return JSON.stringify(raw.length > 200 ? `${raw.slice(0, 200)}…` : raw);
}
