import { type RandomAccess, slice } from '../formats/random-access.ts';
import type { Fields } from './fields.ts';

const BLOCK = 2048;
/** Far more than any medium of ours has. */
const MOST_FILES = 1000;
const DEEPEST = 8;
/** Kinds of a file in a POSIX mode. */
const KIND = 0o170000;
const REGULAR = 0o100000;

/** A regular file of a medium, by its Rock Ridge name. */
export interface IsoFile {
  readonly path: string;
  /** Where its record lies. */
  readonly record: number;
  readonly contents: RandomAccess;
}

/**
 * The files of an ISO (ECMA-119 §9.1 with Rock Ridge, IEEE P1282): what is no regular file with bytes within the ISO is wrong, since a
 * link leads nowhere on another machine, and a name that comes twice.
 */
export function isoFiles(fields: Fields, root: { readonly block: number; readonly size: number }): readonly IsoFile[] {
  const found: IsoFile[] = [];
  const seen = new Set<string>();
  walk(fields, { ...root, path: '', depth: 0 }, (file) => {
    fields.require(`${file.path}.once`, file.record, !seen.has(file.path), file.path, 'a path that no other file has');
    seen.add(file.path);
    found.push(file);
    return found.length < MOST_FILES;
  });
  fields.require('files', 0, found.length > 0 && found.length < MOST_FILES, found.length, "a medium's number of files");
  return found;
}

interface Folder {
  readonly block: number;
  readonly size: number;
  readonly path: string;
  readonly depth: number;
}

function walk(fields: Fields, folder: Folder, take: (file: IsoFile) => boolean): boolean {
  const start = folder.block * BLOCK;
  const end = start + folder.size;
  const name = `folder /${folder.path}`;
  if (!fields.require(name, start, end <= fields.source.size && folder.depth < DEEPEST, end, 'within the file'))
    return false;
  for (let at = start; at < end; ) {
    const length = fields.u8(at);
    // Records do not cross blocks.
    if (length === 0) {
      at = start + (Math.floor((at - start) / BLOCK) + 1) * BLOCK;
      continue;
    }
    if (!fields.require(`${name}.record`, at, length >= 34 && at + length <= end, length, 'a record of the directory'))
      return false;
    if (!entry(fields, at, folder, take)) return false;
    at += length;
  }
  return true;
}

/** One record of a folder. Whether to go on. */
function entry(fields: Fields, at: number, folder: Folder, take: (file: IsoFile) => boolean): boolean {
  const [block, size, flags] = [fields.little32(at + 2), fields.little32(at + 10), fields.u8(at + 25)];
  const isSelfOrParent = fields.u8(at + 32) === 1 && fields.u8(at + 33) < 2;
  if (isSelfOrParent) return true;
  const { name, mode, hasLink } = rockRidge(fields, at);
  const path = folder.path === '' ? name : `${folder.path}/${name}`;
  fields.require(`/${path}.name`, at, name !== '', name, 'a Rock Ridge name');
  if ((flags & 2) !== 0) return walk(fields, { block, size, path, depth: folder.depth + 1 }, take);
  const isRegular = !hasLink && (mode & KIND) === REGULAR;
  if (!fields.require(`/${path}.kind`, at, isRegular, hasLink ? 'a link' : mode, 'a regular file')) return true;
  const isWithin = size > 0 && block > 16 && block * BLOCK + size <= fields.source.size;
  if (!fields.require(`/${path}.size`, at + 10, isWithin, size, 'bytes within the ISO')) return true;
  return take({ path, record: at, contents: slice(fields.source, block * BLOCK, size) });
}

/** What the system use entries of a record say (SUSP 1.12, RRIP 1.12): `NM`, `PX`, `SL`, and `CE`, where they go on. */
function rockRidge(
  fields: Fields,
  record: number,
): { readonly name: string; readonly mode: number; readonly hasLink: boolean } {
  const identifier = fields.u8(record + 32);
  let at = record + 33 + identifier + (identifier % 2 === 0 ? 1 : 0);
  let end = record + fields.u8(record);
  let [name, mode, hasLink] = ['', 0, false];
  for (let hops = 0; hops < 8; hops++) {
    let next: { readonly at: number; readonly end: number } | undefined;
    while (at + 4 <= end) {
      const [signature, length] = [fields.text(at, 2), fields.u8(at + 2)];
      if (length < 4 || at + length > end) break;
      if (signature === 'NM') name += new TextDecoder().decode(fields.bytes(at + 5, length - 5));
      else if (signature === 'PX') mode = fields.little32(at + 4);
      else if (signature === 'SL') hasLink = true;
      else if (signature === 'CE') {
        const start = fields.little32(at + 4) * BLOCK + fields.little32(at + 12);
        next = { at: start, end: start + fields.little32(at + 20) };
      }
      at += length;
    }
    if (!next) break;
    ({ at, end } = next);
  }
  return { name, mode, hasLink };
}
