import { BuildError } from '../../core/failure.ts';
import { dataBlockNumbers, dataBlocks } from '../../disks/disk-blocks.ts';
import { MIB } from '../../formats/sector.ts';
import { encodeVhdFooter, encodeVhdHeader, encodeVhdTable, VHD_BITMAP, VHD_BLOCK } from '../../formats/vhd.ts';
import { writeOutput } from '../../io/output-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import { tooLargeForVhd } from '../kit/messages.ts';
import type { Vhd } from './step.ts';

/** The specification of the format ends here, and so do the platforms that read it. */
const MOST_MIB = 2040 * 1024;

export const write = diskWriter<Vhd>((disk, { outputs, epoch }) => {
  if (disk.size > MOST_MIB * MIB) throw new BuildError(tooLargeForVhd(disk.size / MIB, MOST_MIB));
  const present = dataBlockNumbers(disk, VHD_BLOCK);
  const blocks = Math.ceil(disk.size / VHD_BLOCK);
  const footer = encodeVhdFooter({ type: 'dynamic', size: disk.size, id: disk.identity('vhd'), epoch });
  const bitmap = new Uint8Array(VHD_BITMAP).fill(0xff);
  writeOutput(outputs.disk, (out) => {
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
