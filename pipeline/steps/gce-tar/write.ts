import { bytesPiece, pieceListText } from '../../core/pieces.ts';
import type { Writer } from '../../core/writer.ts';
import { dataRuns } from '../../disks/data-runs.ts';
import { diskPieces } from '../../disks/disk-pieces.ts';
import { sizeOption, withVirtualDisk } from '../../disks/virtual-disk.ts';
import { encodeGnuSparseHeader } from '../../formats/gce-tar.ts';
import { MIB } from '../../formats/sector.ts';
import { TAR_END } from '../../formats/tar-header.ts';
import { writeOutput } from '../../io/output-file.ts';
import { refuse } from '../../trees/decode.ts';
import { outputOf } from '../kit/inputs.ts';

const GIB_IN_MIB = 1024;

/**
 * An installed disk as Google Compute Engine imports it: the pieces of an old GNU tar with the one, sparse member `disk.raw`, of whole
 * GiB. Inputs: those of `composedDisk`. Options: `VirtualDiskOptions`, with a size. Output: `pieces`, to be compressed by gzip.
 */
export const write: Writer = async (job) => {
  const sizeMiB = sizeOption(job.options);
  if (sizeMiB === undefined || sizeMiB === 0 || sizeMiB % GIB_IN_MIB !== 0)
    throw refuse(
      `Google Compute Engine takes disks of whole GiB, and this one has ${sizeMiB ?? 'no stated number of'} MiB.`,
      'Give the target a sizeMiB that is a multiple of 1024.',
    );
  withVirtualDisk(job, sizeMiB, (disk) => {
    const runs = dataRuns(disk, MIB, 4);
    const pieces = [
      bytesPiece(encodeGnuSparseHeader({ name: 'disk.raw', size: disk.size, runs, epoch: job.epoch })),
      ...runs.flatMap(({ offset, size }) => diskPieces(disk, offset, offset + size)),
      bytesPiece(TAR_END),
    ];
    writeOutput(outputOf(job, 'pieces'), (out) => out.write(pieceListText(pieces)));
  });
};
