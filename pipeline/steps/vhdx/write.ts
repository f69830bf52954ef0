import { dataBlockNumbers, dataBlocks } from '../../disks/disk-blocks.ts';
import { encodeVhdxHead, VHDX_BLOCK } from '../../formats/vhdx.ts';
import { writeOutput } from '../../io/output-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import type { Vhdx } from './step.ts';

export const write = diskWriter<Vhdx>((disk, { outputs }) => {
  const ids = {
    size: disk.size,
    fileWrite: disk.identity('vhdx file'),
    dataWrite: disk.identity('vhdx data'),
    disk: disk.identity('vhdx disk'),
  };
  writeOutput(outputs.disk, (out) => {
    out.write(encodeVhdxHead(ids, dataBlockNumbers(disk, VHDX_BLOCK)));
    for (const { bytes } of dataBlocks(disk, VHDX_BLOCK)) out.write(bytes);
  });
});
