import type { Json } from '../core/json.ts';
import type { Writer } from '../core/writer.ts';
import { dataBlockNumbers, dataBlocks } from '../disks/disk-blocks.ts';
import { sizeOption, type VirtualDisk, withVirtualDisk } from '../disks/virtual-disk-job.ts';
import { guidBytes } from '../formats/guid.ts';
import { SECTOR } from '../formats/sector.ts';
import { encodeSparseHead, GRAIN, type VmdkDescriptor, VmdkStream } from '../formats/vmdk.ts';
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
    const id = guidBytes(disk.identity('vmdk'));
    const descriptor: VmdkDescriptor = {
      type,
      extent,
      sectors: disk.size / SECTOR,
      contentId: new DataView(id.buffer, id.byteOffset).getUint32(0),
      uuid: id,
    };
    writeOutput(outputOf(job, 'disk'), (out) => {
      if (type === 'monolithicSparse') writeSparse(out, disk, descriptor);
      else writeStream(out, disk, descriptor);
    });
  });
};

function writeSparse(out: OutputFile, disk: VirtualDisk, descriptor: VmdkDescriptor): void {
  out.write(encodeSparseHead(descriptor, dataBlockNumbers(disk, GRAIN)));
  for (const { bytes } of dataBlocks(disk, GRAIN)) out.write(bytes);
}

function writeStream(out: OutputFile, disk: VirtualDisk, descriptor: VmdkDescriptor): void {
  const stream = new VmdkStream(descriptor);
  out.write(stream.head());
  for (const { index, bytes } of dataBlocks(disk, GRAIN)) out.write(stream.grain(index, bytes));
  for (const part of stream.end()) out.write(part);
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
