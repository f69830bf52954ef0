import { bytesPiece, pieceListText } from '../../core/pieces.ts';
import { dataRuns } from '../../disks/data-runs.ts';
import { diskPieces } from '../../disks/disk-pieces.ts';
import { MIB } from '../../formats/sector.ts';
import { encodeVhdFooter } from '../../formats/vhd.ts';
import { writeOutput } from '../../io/output-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import type { DiskEnds, DiskGap } from './step.ts';

export const write = diskWriter<DiskEnds>((disk, { outputs, options, epoch }) => {
  const [first, last] = dataRuns(disk, MIB, 2);
  const tailStart = disk.size - MIB;
  // A disk that is full to its end has no gap.
  const headEnd = last === undefined || last.offset < tailStart ? tailStart : (first?.offset ?? 0) + (first?.size ?? 0);
  const footer = encodeVhdFooter({ type: 'fixed', size: disk.size, id: disk.identity('vhd'), epoch });
  const head = diskPieces(disk, 0, headEnd);
  const tail = [...diskPieces(disk, tailStart, disk.size), ...(options.footer === 'vhd' ? [bytesPiece(footer)] : [])];
  const gap: DiskGap = { mebibytes: (tailStart - headEnd) / MIB };
  writeOutput(outputs.head, (out) => out.write(pieceListText(head)));
  writeOutput(outputs.tail, (out) => out.write(pieceListText(tail)));
  writeOutput(outputs.gap, (out) => out.write(new TextEncoder().encode(JSON.stringify(gap))));
});
