import { bytesPiece, pieceListText } from '../../core/pieces.ts';
import { refuse } from '../../core/refuse.ts';
import { dataRuns } from '../../disks/data-runs.ts';
import { diskPieces } from '../../disks/disk-pieces.ts';
import { encodeGnuSparseHeader } from '../../formats/gce-tar.ts';
import { MIB } from '../../formats/sector.ts';
import { TAR_END } from '../../formats/tar-header.ts';
import { writeOutput } from '../../io/output-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import type { GceTar } from './step.ts';

const GIB_IN_MIB = 1024;

export const write = diskWriter<GceTar>((disk, { outputs, options: { sizeMiB }, epoch }) => {
  if (sizeMiB % GIB_IN_MIB !== 0)
    throw refuse(
      `Google Compute Engine takes disks of whole GiB, and this one has ${sizeMiB} MiB.`,
      'Give the target a sizeMiB that is a multiple of 1024.',
    );
  const runs = dataRuns(disk, MIB, 4);
  const pieces = [
    bytesPiece(encodeGnuSparseHeader({ name: 'disk.raw', size: disk.size, runs, epoch })),
    ...runs.flatMap(({ offset, size }) => diskPieces(disk, offset, offset + size)),
    bytesPiece(TAR_END),
  ];
  writeOutput(outputs.pieces, (out) => out.write(pieceListText(pieces)));
});
