import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { zstdFrame } from './compressed.ts';
import { Fields } from './fields.ts';

const HEADER = 110;
const PLAIN = '070701';
const TRAILER = 'TRAILER!!!';
/** Newc counts 32 bits. */
const LONGEST_NAME = 4096;
/** Kind of a folder in a mode; it never shares its inode, however many links it counts. */
const FOLDER = 4;

/**
 * What is wrong with an initrd: zstd frames and plain newc archives one after another, each begun at a multiple of four, with nothing but
 * zeros between (Linux: Documentation/driver-api/early-userspace/buffer-format.rst).
 */
export function validateInitrd(source: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(source);
  let at = 0;
  let parts = 0;
  while (at < source.size && fields.wrong.length === 0) {
    if (fields.u8(at) === 0) {
      at += 1;
      continue;
    }
    if (!fields.equal('alignment', at, at % 4, 0)) break;
    parts += 1;
    const next = fields.text(at, 6) === PLAIN ? archive(fields, at) : zstdFrame(fields, at);
    if (next === undefined) break;
    at = next;
  }
  fields.require('parts', 0, parts > 0, parts, 'at least one archive');
  return fields.wrong;
}

/** What is wrong with one plain newc archive. */
function _validateCpio(source: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(source);
  const end = archive(fields, 0);
  if (end !== undefined)
    fields.require('end', end, /^0*$/.test(fields.hex(end, source.size - end)), source.size - end, 'nothing but zeros');
  return fields.wrong;
}

/** Walks the members from `start`. Gives where the archive ends, `undefined` where it does not. */
function archive(fields: Fields, start: number): number | undefined {
  const seen = new Set<number>();
  const paths = new Set<string>();
  for (let at = start; ; ) {
    const text = fields.text(at, HEADER);
    if (!fields.equal('member.magic', at, text.slice(0, 6), PLAIN)) return undefined;
    if (
      !fields.require(
        'member.numbers',
        at + 6,
        /^[0-9A-Fa-f]{104}$/.test(text.slice(6)),
        text.slice(6),
        '13 numbers of 8 digits',
      )
    )
      return undefined;
    const number = (index: number): number => Number.parseInt(text.slice(6 + index * 8, 14 + index * 8), 16);
    const [inode, mode, links, size, nameSize] = [number(0), number(1), number(4), number(6), number(11)];
    if (
      !fields.require('member.nameSize', at + 94, nameSize > 1 && nameSize <= LONGEST_NAME, nameSize, 'that of a path')
    )
      return undefined;
    const name = fields.text(at + HEADER, nameSize);
    if (!fields.require('member.name', at + HEADER, name.indexOf('\0') === nameSize - 1, name, 'ended by one zero'))
      return undefined;
    const data = at + Math.ceil((HEADER + nameSize) / 4) * 4;
    const path = name.slice(0, -1);
    const next = data + Math.ceil(size / 4) * 4;
    if (!fields.require('member.size', at + 54, data + size <= fields.source.size, size, 'within the file'))
      return undefined;
    if (path === TRAILER) {
      fields.equal('trailer.size', at + 54, size, 0);
      return next;
    }
    fields.require(
      'member.path',
      at + HEADER,
      !path.startsWith('/') && !path.split('/').includes('..'),
      path,
      'a path below the root',
    );
    fields.require('member.mode', at + 14, mode >>> 12 !== 0 && mode < 0x1_0000, mode, 'a kind and rights');
    fields.require('member.inode', at + 6, (links > 1 && mode >>> 12 !== FOLDER) || !seen.has(inode), inode, 'its own');
    fields.equal('member.check', at + 102, number(12), 0);
    fields.require('member.once', at + HEADER, !paths.has(path), path, 'a path that no other member has');
    seen.add(inode);
    paths.add(path);
    at = next;
  }
}
