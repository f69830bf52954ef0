import type { Json } from '../../core/json.ts';
import type { Writer } from '../../core/writer.ts';
import { dataBlockNumbers, dataBlocks } from '../../disks/disk-blocks.ts';
import { sizeOption, withVirtualDisk } from '../../disks/virtual-disk.ts';
import { vmdkDescription } from '../../disks/vmdk-disk.ts';
import { encodeSparseHead, GRAIN } from '../../formats/vmdk.ts';
import { writeOutput } from '../../io/output-file.ts';
import { fieldsOf, refuse, stringOf } from '../../trees/decode.ts';
import { outputOf } from '../kit/inputs.ts';

/** `extent`: the file name that the descriptor gives. */
export type VmdkOptions = {
  readonly extent: string;
  readonly sizeMiB?: number | undefined;
};

/** An installed disk as a monolithicSparse VMDK. Inputs: those of `composedDisk`. Options: `VmdkOptions`. Output: `disk`. */
export const write: Writer = async (job) => {
  const sizeMiB = sizeOption(job.options, ['extent']);
  const extent = extentOption(job.options);
  withVirtualDisk(job, sizeMiB, (disk) => {
    const descriptor = vmdkDescription(disk, { type: 'monolithicSparse', extent });
    writeOutput(outputOf(job, 'disk'), (out) => {
      out.write(encodeSparseHead(descriptor, dataBlockNumbers(disk, GRAIN)));
      for (const { bytes } of dataBlocks(disk, GRAIN)) out.write(bytes);
    });
  });
};

function extentOption(options: Json): string {
  const { value } = fieldsOf(options, 'options', ['extent', 'sizeMiB']);
  const extent = stringOf(value['extent'], 'options.extent');
  if (!/^[\w.-]+\.vmdk$/.test(extent)) throw refuse(`options.extent must be the name of a .vmdk file, not ${extent}.`);
  return extent;
}
