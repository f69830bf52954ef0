import { pieceListText } from '../../core/pieces.ts';
import { diskPieces } from '../../disks/disk-pieces.ts';
import { writeOutput } from '../../io/output-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import type { DiskPieces } from './step.ts';

export const write = diskWriter<DiskPieces>((disk, { outputs }) => {
  writeOutput(outputs.pieces, (out) => out.write(pieceListText(diskPieces(disk, 0, disk.size))));
});
