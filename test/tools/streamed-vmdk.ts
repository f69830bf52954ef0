import type { Writer } from '../../pipeline/core/writer.ts';
import { sizeOption, withVirtualDisk } from '../../pipeline/disks/virtual-disk.ts';
import { streamedVmdk, vmdkDescription } from '../../pipeline/disks/vmdk-disk.ts';
import { writeOutput } from '../../pipeline/io/output-file.ts';
import { outputOf } from '../../pipeline/steps/kit/inputs.ts';

/** The disk of an OVA by itself, for tools that read no OVA. Output: `disk`. */
export const write: Writer = async (job) => {
  withVirtualDisk(job, sizeOption(job.options), (disk) => {
    const description = vmdkDescription(disk, { type: 'streamOptimized', extent: 'sample-disk1.vmdk' });
    writeOutput(outputOf(job, 'disk'), (out) => {
      for (const part of streamedVmdk(disk, description)) out.write(part);
    });
  });
};
