import type { Json } from '../core/json.ts';
import type { Writer } from '../core/writer.ts';
import { dataBlockNumbers, dataBlocks } from '../disks/disk-blocks.ts';
import { sizeOption, type VirtualDisk, withVirtualDisk } from '../disks/virtual-disk-job.ts';
import { streamedVmdk, vmdkDescription } from '../disks/vmdk-disk.ts';
import { encodeSparseHead, GRAIN, type VmdkDescriptor } from '../formats/vmdk.ts';
import { fieldsOf, refuse, stringOf } from '../trees/decode.ts';
import { outputOf } from '../trees/job.ts';
import { type OutputFile, writeOutput } from '../trees/output-file.ts';

/** `type`: `monolithicSparse` or `streamOptimized`; `extent`: the file name that the descriptor gives. */
export type VmdkOptions = {
  readonly type: VmdkDescriptor['type'];
  readonly extent: string;
  readonly sizeMiB?: number | undefined;
};

/** An installed disk as a VMDK in one file. Inputs: those of `composedDisk`. Options: `VmdkOptions`. Output: `disk`. */
export const write: Writer = async (job) => {
  const sizeMiB = sizeOption(job.options, ['type', 'extent']);
  const { type, extent } = vmdkOptions(job.options);
  withVirtualDisk(job, sizeMiB, (disk) => {
    const descriptor = vmdkDescription(disk, { type, extent });
    writeOutput(outputOf(job, 'disk'), (out) => {
      if (type === 'monolithicSparse') writeSparse(out, disk, descriptor);
      else for (const part of streamedVmdk(disk, descriptor)) out.write(part);
    });
  });
};

function writeSparse(out: OutputFile, disk: VirtualDisk, descriptor: VmdkDescriptor): void {
  out.write(encodeSparseHead(descriptor, dataBlockNumbers(disk, GRAIN)));
  for (const { bytes } of dataBlocks(disk, GRAIN)) out.write(bytes);
}

function vmdkOptions(options: Json): Pick<VmdkDescriptor, 'type' | 'extent'> {
  const { value } = fieldsOf(options, 'options', ['type', 'extent', 'sizeMiB']);
  const type = stringOf(value['type'], 'options.type');
  if (type !== 'monolithicSparse' && type !== 'streamOptimized')
    throw refuse(`options.type must be monolithicSparse or streamOptimized, not ${type}.`);
  const extent = stringOf(value['extent'], 'options.extent');
  if (!/^[\w.-]+\.vmdk$/.test(extent)) throw refuse(`options.extent must be the name of a .vmdk file, not ${extent}.`);
  return { type, extent };
}
