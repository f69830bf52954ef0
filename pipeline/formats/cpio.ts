import type { RandomAccess } from './random-access.ts';
import type { Device } from './tar-entry.ts';
import { wrongBytes } from './wrong-bytes.ts';

/** What a newc archive says of one member, its contents aside. */
export interface CpioEntry {
  /** Relative, POSIX; `.` is the root. */
  readonly path: string;
  /** Type and permission bits, as in `st_mode`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  /** Bytes of contents that follow: of a file, or the text of a symbolic link. */
  readonly size: number;
  /** Same number, same file (hard links). */
  readonly inode: number;
  readonly links: number;
  readonly device?: Device;
}

/** A member that was read, and where its contents lie. */
export interface IndexedCpioEntry extends CpioEntry {
  readonly offset: number;
}

export const CPIO_TYPE = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  'character-device': 0o020000,
  'block-device': 0o060000,
  fifo: 0o010000,
} as const;

/** newc has eight hex digits for a size. */
export const CPIO_SIZE_LIMIT = 0xffff_ffff;

const MAGIC = '070701';
const HEADER_SIZE = 110;
const TRAILER = 'TRAILER!!!';
const NAME_LIMIT = 4096;
const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Header and name of one member (linux/Documentation/driver-api/early-userspace/buffer-format.rst): ASCII `070701` and 13 numbers of
 * eight hex digits, the name with its NUL, zeros up to a multiple of 4. Contents follow, padded by `cpioPadding`.
 */
export function encodeCpioHeader(entry: CpioEntry): Uint8Array {
  const name = encoder.encode(entry.path);
  const numbers = [
    entry.inode,
    entry.mode,
    entry.uid,
    entry.gid,
    entry.links,
    entry.mtime,
    entry.size,
    0,
    0,
    entry.device?.major ?? 0,
    entry.device?.minor ?? 0,
    name.length + 1,
    0,
  ];
  if (numbers.some((number) => !Number.isSafeInteger(number) || number < 0 || number > CPIO_SIZE_LIMIT)) {
    throw new RangeError(`no newc archive holds ${JSON.stringify(entry)}`);
  }
  const header = encoder.encode(
    MAGIC + numbers.map((number) => number.toString(16).toUpperCase().padStart(8, '0')).join(''),
  );
  const size = HEADER_SIZE + name.length + 1;
  const bytes = new Uint8Array(size + cpioPadding(size));
  bytes.set(header);
  bytes.set(name, HEADER_SIZE);
  return bytes;
}

/** The member that ends an archive. */
export function encodeCpioTrailer(): Uint8Array {
  return encodeCpioHeader({ path: TRAILER, mode: 0, uid: 0, gid: 0, mtime: 0, size: 0, inode: 0, links: 1 });
}

/** Bytes of zeros after something of this size. */
export function cpioPadding(size: number): number {
  return (4 - (size % 4)) % 4;
}

/**
 * Lists a newc archive up to its trailer, or several that lie one after another with zeros between. Throws `wrong-bytes` naming `what`.
 */
export function indexCpio(source: RandomAccess, what: string): readonly IndexedCpioEntry[] {
  const entries: IndexedCpioEntry[] = [];
  let position = 0;
  let open = true;
  for (;;) {
    if (!open) {
      while (position < source.size && source.read(position, 1)[0] === 0) position += 1;
      if (position >= source.size) return entries;
    }
    const header = String.fromCharCode(...source.read(position, HEADER_SIZE));
    if (header.length < HEADER_SIZE || !/^070701[0-9A-Fa-f]{104}$/.test(header))
      throw wrongBytes(`${what} has no newc header at byte ${position}.`);
    const numbers = Array.from({ length: 13 }, (_, index) =>
      Number.parseInt(header.slice(6 + index * 8, 14 + index * 8), 16),
    );
    const [
      inode = 0,
      mode = 0,
      uid = 0,
      gid = 0,
      links = 0,
      mtime = 0,
      size = 0,
      ,
      ,
      major = 0,
      minor = 0,
      nameSize = 0,
    ] = numbers;
    if (nameSize < 1 || nameSize > NAME_LIMIT)
      throw wrongBytes(`${what} has a name of ${nameSize} bytes at byte ${position}.`);
    const path = utf8.decode(source.read(position + HEADER_SIZE, nameSize - 1));
    const offset = position + HEADER_SIZE + nameSize + cpioPadding(HEADER_SIZE + nameSize);
    if (offset + size > source.size)
      throw wrongBytes(`${what} is cut short: ${JSON.stringify(path)} claims ${size} bytes.`);
    position = offset + size + cpioPadding(size);
    open = path !== TRAILER;
    if (open) entries.push({ path, mode, uid, gid, mtime, size, inode, links, device: { major, minor }, offset });
  }
}
