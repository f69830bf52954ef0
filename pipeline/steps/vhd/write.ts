import type { Writer } from '../../core/writer.ts';
import { dataBlockNumbers, dataBlocks } from '../../disks/disk-blocks.ts';
import { sizeOption, withVirtualDisk } from '../../disks/virtual-disk.ts';
import { encodeVhdFooter, encodeVhdHeader, encodeVhdTable, VHD_BITMAP, VHD_BLOCK } from '../../formats/vhd.ts';
import { writeOutput } from '../../io/output-file.ts';
import { refuse } from '../../trees/decode.ts';
import { outputOf } from '../kit/inputs.ts';

/** The specification of the format ends here, and so do the platforms that read it. */
const MOST_MIB = 2040 * 1024;

/** An installed disk as a dynamic VHD. Inputs: those of `composedDisk`. Options: `VirtualDiskOptions`. Output: `disk`. */
export const write: Writer = async (job) => {
  const sizeMiB = sizeOption(job.options);
  if (sizeMiB !== undefined && sizeMiB > MOST_MIB) {
    throw refuse(
      `A VHD holds at most ${MOST_MIB} MiB, and this disk has ${sizeMiB} MiB.`,
      'Give the target a smaller sizeMiB, or make a VHDX of it.',
    );
  }
  withVirtualDisk(job, sizeMiB, (disk) => {
    const present = dataBlockNumbers(disk, VHD_BLOCK);
    const blocks = Math.ceil(disk.size / VHD_BLOCK);
    const footer = encodeVhdFooter({ type: 'dynamic', size: disk.size, id: disk.identity('vhd'), epoch: job.epoch });
    const bitmap = new Uint8Array(VHD_BITMAP).fill(0xff);
    writeOutput(outputOf(job, 'disk'), (out) => {
      out.write(footer);
      out.write(encodeVhdHeader(blocks));
      out.write(encodeVhdTable(blocks, present));
      for (const { bytes } of dataBlocks(disk, VHD_BLOCK)) {
        out.write(bitmap);
        out.write(bytes);
      }
      out.write(footer);
    });
  });
};
