import { type GptPartition, type GptTable, TAIL_SECTORS } from './gpt.ts';
import type { ReadGpt } from './gpt-reader.ts';
import { MIB_SECTORS } from './sector.ts';
import { wrongBytes } from './wrong-bytes.ts';

/**
 * The same table for a disk of `sectors`, as after it was written to a larger one: the partition that lies last takes all that is
 * free behind it, in whole MiB. Throws `wrong-bytes` where the disk ends before that partition does, or where numbers
 * are left out.
 */
export function grownTable({ header, partitions }: ReadGpt, sectors: number): GptTable {
  // Entries are written in a row from 1: a gap would give partitions other numbers.
  if (partitions.some(({ number }, index) => number !== index + 1))
    throw wrongBytes('The partitions of this disk are not numbered in a row.');
  const end = Math.floor((sectors - TAIL_SECTORS) / MIB_SECTORS) * MIB_SECTORS - 1;
  const last = partitions.reduce((highest, { lastLba }) => Math.max(highest, lastLba), 0);
  const grown = partitions.map((partition): GptPartition => {
    if (partition.lastLba !== last) return partition;
    if (end < last)
      throw wrongBytes(`The disk of ${sectors} sectors ends before the end of partition ${partition.number}.`);
    return { ...partition, lastLba: end };
  });
  return { diskId: header.diskId, sectors, partitions: grown };
}
