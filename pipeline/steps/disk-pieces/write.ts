import { pieceListText } from '../../core/pieces.ts';
import type { Writer } from '../../core/writer.ts';
import { diskPieces } from '../../disks/disk-pieces.ts';
import { sizeOption, withVirtualDisk } from '../../disks/virtual-disk.ts';
import { writeOutput } from '../../io/output-file.ts';
import { outputOf } from '../kit/inputs.ts';

/** An installed disk as the pieces of its raw image. Inputs: those of `composedDisk`. Options: `VirtualDiskOptions`. Output: `pieces`. */
export const write: Writer = async (job) => {
  const sizeMiB = sizeOption(job.options);
  withVirtualDisk(job, sizeMiB, (disk) => {
    writeOutput(outputOf(job, 'pieces'), (out) => out.write(pieceListText(diskPieces(disk, 0, disk.size))));
  });
};
