import type { Json } from '../../core/json.ts';
import { bytesPiece, pieceListText } from '../../core/pieces.ts';
import type { Writer } from '../../core/writer.ts';
import { dataRuns } from '../../disks/data-runs.ts';
import { diskPieces } from '../../disks/disk-pieces.ts';
import { sizeOption, withVirtualDisk } from '../../disks/virtual-disk.ts';
import { MIB } from '../../formats/sector.ts';
import { encodeVhdFooter } from '../../formats/vhd.ts';
import { writeOutput } from '../../io/output-file.ts';
import { fieldsOf, refuse } from '../../trees/decode.ts';
import { outputOf } from '../kit/inputs.ts';

/** `footer: 'vhd'` puts the footer of a fixed VHD behind the disk. */
export type DiskEndsOptions = { readonly sizeMiB?: number | undefined; readonly footer?: 'vhd' | undefined };

/**
 * An installed disk without the zeros in its middle, so that they need neither be read nor compressed: `head` are the pieces of everything
 * up to the last data before the backup of the partition table, `tail` those of the last MiB, and `gap` is the number of MiB between them, as
 * JSON `{"mebibytes": n}`. Inputs: those of `composedDisk`. Options: `DiskEndsOptions`.
 */
export const write: Writer = async (job) => {
  const sizeMiB = sizeOption(job.options, ['footer']);
  const hasFooter = footerOption(job.options);
  withVirtualDisk(job, sizeMiB, (disk) => {
    const [first, last] = dataRuns(disk, MIB, 2);
    const tailStart = disk.size - MIB;
    // A disk that is full to its end has no gap.
    const headEnd =
      last === undefined || last.offset < tailStart ? tailStart : (first?.offset ?? 0) + (first?.size ?? 0);
    const footer = encodeVhdFooter({ type: 'fixed', size: disk.size, id: disk.identity('vhd'), epoch: job.epoch });
    const head = diskPieces(disk, 0, headEnd);
    const tail = [...diskPieces(disk, tailStart, disk.size), ...(hasFooter ? [bytesPiece(footer)] : [])];
    writeOutput(outputOf(job, 'head'), (out) => out.write(pieceListText(head)));
    writeOutput(outputOf(job, 'tail'), (out) => out.write(pieceListText(tail)));
    writeOutput(outputOf(job, 'gap'), (out) =>
      out.write(new TextEncoder().encode(JSON.stringify({ mebibytes: (tailStart - headEnd) / MIB }))),
    );
  });
};

function footerOption(options: Json): boolean {
  const footer = fieldsOf(options, 'options', ['sizeMiB', 'footer']).value['footer'];
  if (footer !== undefined && footer !== 'vhd')
    throw refuse(`options.footer must be vhd, not ${JSON.stringify(footer)}.`);
  return footer === 'vhd';
}
