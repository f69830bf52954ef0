import { BuildError } from '../../core/failure.ts';
import { bytesPiece, pieceListText } from '../../core/pieces.ts';
import { dataRuns } from '../../disks/data-runs.ts';
import { diskPieces } from '../../disks/disk-pieces.ts';
import { encodeGnuSparseHeader } from '../../formats/gce-tar.ts';
import { MIB } from '../../formats/sector.ts';
import { TAR_END } from '../../formats/tar-header.ts';
import { writeOutput } from '../../io/output-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import { notWholeGib } from '../kit/messages.ts';
import type { GceTar } from './step.ts';

const GIB_IN_MIB = 1024;

export const write = diskWriter<GceTar>((disk, { outputs, options: { sizeMiB }, epoch }) => {
  if (sizeMiB % GIB_IN_MIB !== 0) throw new BuildError(notWholeGib(sizeMiB));
  const runs = dataRuns(disk, MIB, 4);
  const pieces = [
    bytesPiece(encodeGnuSparseHeader({ name: 'disk.raw', size: disk.size, runs, epoch })),
    ...runs.flatMap(({ offset, size }) => diskPieces(disk, offset, offset + size)),
    bytesPiece(TAR_END),
  ];
  writeOutput(outputs.pieces, (out) => out.write(pieceListText(pieces)));
});
