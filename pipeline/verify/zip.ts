import { inflateRawSync } from 'node:zlib';
import { crc32 } from '../formats/crc32.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { readZip } from '../formats/zip-reader.ts';
import type { DiskCheck } from './disk.ts';
import { Fields } from './fields.ts';
import { withUnpacked } from './unpacked-disk.ts';

/** Members up to this size are unpacked whole in memory. */
const SMALL = 1 << 20;
/** Larger than any card of ours. */
const MOST = 8 * 2 ** 30;

/** What is wrong with a ZIP of a disk image: its records, the sums of what it holds, and, for `inspect`, the disk. */
export async function validateZip(source: RandomAccess, inspect?: DiskCheck): Promise<readonly FieldProblem[]> {
  const { members, problems } = readZip(source);
  const fields = new Fields(source);
  fields.wrong.push(...problems);
  fields.require('members', 0, members.length > 0, members.length, 'at least one');
  if (inspect) fields.equal('members', 0, members.length, 1);
  for (const { name, offset, packed, size, crc32: wanted } of members) {
    const compare = (found: { readonly size: number; readonly crc32: number }): void => {
      fields.equal(`${name}.size`, offset, found.size, size);
      fields.equal(`${name}.crc32`, offset, found.crc32, wanted);
    };
    try {
      if (size <= SMALL && !inspect) compare(small(packed));
      else if (fields.require(`${name}.size`, offset, size <= MOST, size, `at most ${MOST}`))
        await withUnpacked(packed, { format: 'deflate-raw', most: size }, (unpacked) => {
          compare({ size: unpacked.source.size, crc32: unpacked.crc32 });
          if (inspect && fields.wrong.length === 0) fields.add(name, inspect(unpacked.source));
        });
    } catch (error) {
      fields.require(
        `${name}.data`,
        offset,
        false,
        error instanceof Error ? error.message : String(error),
        'a deflate stream',
      );
    }
  }
  return fields.wrong;
}

function small(packed: RandomAccess): { readonly size: number; readonly crc32: number } {
  const bytes = inflateRawSync(packed.read(0, packed.size).slice(), { maxOutputLength: 2 * SMALL });
  return { size: bytes.length, crc32: crc32(bytes) };
}
