import type { MediumContents } from '../core/medium.ts';
import { cpioPadding, encodeCpioHeader, encodeCpioTrailer, indexCpio } from '../formats/cpio.ts';
import { type RandomAccess, slice } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import { type Found, fileProblems } from './contents.ts';
import { Fields } from './fields.ts';

/** What a manifest calls the first archive of an initrd. */
const BASE = 'initrd-base';
/** An archive is padded to whole blocks. */
const BLOCK = 512;
const KIND = { file: 0o100000, folder: 0o040000 };

/**
 * What is wrong with an initrd of a whole system: the small archive first, then one with the medium's files. Every byte of the second is
 * known but for those files: names in order, owner root, one time, zeros between.
 */
export function compareInitrd(source: RandomAccess, contents: MediumContents): readonly FieldProblem[] {
  const fields = new Fields(source);
  const base = contents.files[BASE]?.size ?? 0;
  const found = new Map<string, Found>([[BASE, slice(source, 0, Math.min(base, source.size))]]);
  const start = base + cpioPadding(base);
  zeros(fields, base, start);
  try {
    const archive = slice(source, start, Math.max(0, source.size - start));
    let at = start;
    for (const [index, { path, mode, size, offset }] of indexCpio(archive, 'the initrd').entries()) {
      const isFolder = (mode & 0o170000) === KIND.folder;
      const header = encodeCpioHeader({
        path,
        mode: isFolder ? KIND.folder | 0o755 : KIND.file | 0o644,
        uid: 0,
        gid: 0,
        mtime: BUILD_EPOCH,
        size,
        inode: index + 1,
        links: isFolder ? 2 : 1,
      });
      same(fields, at, header, `the header of ${path}`);
      if (isFolder)
        fields.require(
          'directory',
          at,
          isNeeded(path, contents),
          path,
          'a directory of a file that release.json names',
        );
      else found.set(path, slice(archive, offset, size));
      at = start + offset + size;
      zeros(fields, at, at + cpioPadding(size));
      at += cpioPadding(size);
    }
    const trailer = encodeCpioTrailer();
    same(fields, at, trailer, 'the end of the archive');
    const end = start + Math.ceil((at + trailer.length - start) / BLOCK) * BLOCK;
    zeros(fields, at + trailer.length, end);
    fields.equal('file.size', 0, source.size, end);
  } catch (error) {
    fields.require('archive', start, false, error instanceof Error ? error.message : String(error), 'a whole archive');
  }
  return [...fields.wrong, ...fileProblems(found, contents.files)];
}

/** The root, or what a file lies in. */
function isNeeded(folder: string, { files }: MediumContents): boolean {
  return folder === '.' || Object.keys(files).some((path) => path.startsWith(`${folder}/`));
}

function same(fields: Fields, at: number, bytes: Uint8Array, what: string): void {
  fields.equal(what, at, fields.hex(at, bytes.length), Buffer.from(bytes).toString('hex'));
}

function zeros(fields: Fields, from: number, to: number): void {
  if (to > from) fields.equal('padding', from, fields.hex(from, to - from), '00'.repeat(to - from));
}
