import { inflateRawSync } from 'node:zlib';
import { crc32 } from '../formats/crc32.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { readZip } from '../formats/zip-reader.ts';
import { Fields } from './fields.ts';
import { type InflatedEnds, inflatedEnds } from './inflated-ends.ts';

/** Members up to this size are unpacked whole in memory. */
const SMALL = 1 << 20;

/** What is wrong with a ZIP of a disk image: its records, the sums of what it holds, and the disk's first and last bytes. */
export async function validateZip(source: RandomAccess): Promise<readonly FieldProblem[]> {
  const { members, problems } = readZip(source);
  const fields = new Fields(source);
  fields.wrong.push(...problems);
  fields.require('members', 0, members.length > 0, members.length, 'at least one');
  for (const { name, offset, packed, size, crc32: wanted } of members) {
    try {
      const found = size <= SMALL ? small(packed) : await inflatedEnds(packed, 'deflate-raw');
      fields.equal(`${name}.size`, offset, found.size, size);
      fields.equal(`${name}.crc32`, offset, found.crc32, wanted);
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

function small(packed: RandomAccess): Pick<InflatedEnds, 'size' | 'crc32'> {
  const bytes = inflateRawSync(packed.read(0, packed.size).slice(), { maxOutputLength: 2 * SMALL });
  return { size: bytes.length, crc32: crc32(bytes) };
}
