import type { Writer } from '../../core/writer.ts';
import { dataBlockNumbers, dataBlocks } from '../../disks/disk-blocks.ts';
import { sizeOption, withVirtualDisk } from '../../disks/virtual-disk.ts';
import { encodeVhdxHead, VHDX_BLOCK } from '../../formats/vhdx.ts';
import { writeOutput } from '../../io/output-file.ts';
import { outputOf } from '../kit/inputs.ts';

/** An installed disk as a dynamic VHDX. Inputs: those of `composedDisk`. Options: `VirtualDiskOptions`. Output: `disk`. */
export const write: Writer = async (job) => {
  const sizeMiB = sizeOption(job.options);
  withVirtualDisk(job, sizeMiB, (disk) => {
    const ids = {
      size: disk.size,
      fileWrite: disk.identity('vhdx file'),
      dataWrite: disk.identity('vhdx data'),
      disk: disk.identity('vhdx disk'),
    };
    writeOutput(outputOf(job, 'disk'), (out) => {
      out.write(encodeVhdxHead(ids, dataBlockNumbers(disk, VHDX_BLOCK)));
      for (const { bytes } of dataBlocks(disk, VHDX_BLOCK)) out.write(bytes);
    });
  });
};
