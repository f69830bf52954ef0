import type { RandomAccess } from './random-access.ts';
import { wrongBytes } from './wrong-bytes.ts';

/** One file in an `ar` archive. */
export interface ArMember {
  readonly name: string;
  /** Position of its contents in the archive. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

const MAGIC = '!<arch>\n';
const HEADER_SIZE = 60;
const MEMBER_LIMIT = 64;

/**
 * Lists an `ar` archive in the common form that .deb files use (deb(5), ar(5)): the magic, then per member a header of 60
 * bytes (name 16, mtime 12, uid 6, gid 6, mode 8, size 10, all ASCII padded with blanks, then 60 0A), contents padded to an even length.
 * Names end at a slash or blank. Long names (`/123`, `#1/20`) do not occur in packages and are refused.
 *
 * Throws `wrong-bytes` naming `what`.
 */
export function readAr(source: RandomAccess, what: string): readonly ArMember[] {
  if (ascii(source.read(0, MAGIC.length)) !== MAGIC)
    throw wrongBytes(`${what} is no ar archive: it does not begin with "!<arch>".`);
  const members: ArMember[] = [];
  let position = MAGIC.length;
  while (position < source.size) {
    const header = ascii(source.read(position, HEADER_SIZE));
    if (header.length < HEADER_SIZE || header.slice(58) !== '`\n') {
      throw wrongBytes(`${what} is cut short or damaged: no member header at byte ${position}.`);
    }
    const name = header.slice(0, 16).trimEnd().replace(/\/$/, '');
    const sizeText = header.slice(48, 58).trimEnd();
    if (!/^\d{1,10}$/.test(sizeText)) throw wrongBytes(`${what} has a member of no readable size at byte ${position}.`);
    const size = Number(sizeText);
    const offset = position + HEADER_SIZE;
    if (name === '' || name.includes('/'))
      throw wrongBytes(`${what} has a member of an unexpected name, ${JSON.stringify(name)}.`);
    if (offset + size > source.size) {
      throw wrongBytes(
        `${what} is cut short: its member ${name} claims ${size} bytes, ${source.size - offset} are there.`,
      );
    }
    if (members.some((member) => member.name === name)) throw wrongBytes(`${what} has two members ${name}.`);
    if (members.length === MEMBER_LIMIT) throw wrongBytes(`${what} has more than ${MEMBER_LIMIT} members.`);
    members.push({ name, offset, size });
    position = offset + size + (size % 2);
  }
  return members;
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
