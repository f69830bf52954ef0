import { refuse } from '../../core/refuse.ts';
import { dataBlockNumbers, dataBlocks } from '../../disks/disk-blocks.ts';
import { MIB } from '../../formats/sector.ts';
import { encodeVhdFooter, encodeVhdHeader, encodeVhdTable, VHD_BITMAP, VHD_BLOCK } from '../../formats/vhd.ts';
import { writeOutput } from '../../io/output-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import type { Vhd } from './step.ts';

/** The specification of the format ends here, and so do the platforms that read it. */
const MOST_MIB = 2040 * 1024;

export const write = diskWriter<Vhd>((disk, { outputs, epoch }) => {
  if (disk.size > MOST_MIB * MIB) {
    throw refuse(
      `A VHD holds at most ${MOST_MIB} MiB, and this disk has ${disk.size / MIB} MiB.`,
      'Give the target a smaller sizeMiB, or make a VHDX of it.',
    );
  }
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
