import type { Measures } from '../../core/medium.ts';
import { dataBlocks } from '../../disks/disk-blocks.ts';
import { DiskDigest } from '../../io/disk-digest.ts';
import { writeOutput } from '../../io/output-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import type { MeasuredDisk } from './step.ts';

const BLOCK = 1 << 20;

export const write = diskWriter<MeasuredDisk>((disk, { outputs }) => {
  const digest = new DiskDigest();
  let next = 0;
  for (const { index, bytes } of dataBlocks(disk, BLOCK)) {
    digest.addZeros(index * BLOCK - next);
    digest.add(bytes.subarray(0, disk.size - index * BLOCK));
    next = Math.min((index + 1) * BLOCK, disk.size);
  }
  digest.addZeros(disk.size - next);
  const measures: Measures = { disk: digest.end() };
  writeOutput(outputs.measures, (out) => out.write(new TextEncoder().encode(JSON.stringify(measures))));
});
