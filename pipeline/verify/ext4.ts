import { crc32c } from '../formats/crc32.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { Fields } from './fields.ts';

const START = 1024;
const SIZE = 1024;
/** Features that say a file system was not closed, or is something else (Linux: Documentation/filesystems/ext4/super.rst). */
const RECOVER = 0x4;
const JOURNAL_DEVICE = 0x8;
const METADATA_SUMS = 0x400;

/** What is wrong with the superblock of an ext4 that was never mounted. */
export function validateExt4(source: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(source);
  const at = (offset: number): number => START + offset;
  if (!fields.equal('magic', at(56), fields.little16(at(56)), 0xef53)) return fields.wrong;
  fields.equal('state', at(58), fields.little16(at(58)), 1);
  fields.equal('revision', at(76), fields.little32(at(76)), 1);
  const block = 1024 << fields.little32(at(24));
  fields.equal('blockSize', at(24), block, 4096);
  const blocks = BigInt(fields.little32(at(4))) + (BigInt(fields.little32(at(336))) << 32n);
  const most = BigInt(Math.floor(source.size / 4096));
  fields.require('blocks', at(4), blocks > 0n && blocks <= most, blocks, `at most ${most}, the room of its partition`);
  const perGroup = fields.little32(at(40));
  const groups = Math.ceil(Number(blocks) / 32_768);
  fields.equal('blocksPerGroup', at(32), fields.little32(at(32)), 32_768);
  fields.equal('inodes', at(0), fields.little32(at(0)), groups * perGroup);
  fields.equal('firstBlock', at(20), fields.little32(at(20)), 0);
  fields.equal('inodeSize', at(88), fields.little16(at(88)), 256);
  fields.equal('mounts', at(52), fields.little16(at(52)), 0);
  const features = fields.little32(at(96));
  fields.require(
    'features',
    at(96),
    (features & (RECOVER | JOURNAL_DEVICE)) === 0,
    features,
    'without a journal to replay',
  );
  fields.equal('label', at(120), fields.text(at(120), 16).replace(/\0+$/, ''), 'RANCHER_STATE');
  fields.require('uuid', at(104), !/^0+$/.test(fields.hex(at(104), 16)), fields.hex(at(104), 16), 'not zero');
  fields.require('hashSeed', at(236), !/^0+$/.test(fields.hex(at(236), 16)), fields.hex(at(236), 16), 'not zero');
  const sums = (fields.little32(at(100)) & METADATA_SUMS) !== 0;
  if (fields.require('sums', at(100), sums, fields.little32(at(100)), 'with sums of metadata'))
    // The kernel's CRC is not turned over at its end.
    fields.equal('checksum', at(1020), fields.little32(at(1020)), ~crc32c(fields.bytes(START, SIZE - 4)) >>> 0);
  return fields.wrong;
}
