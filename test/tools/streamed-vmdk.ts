import { streamedVmdk, vmdkDescription } from '../../pipeline/disks/vmdk-disk.ts';
import { writeOutput } from '../../pipeline/io/output-file.ts';
import { diskWriter } from '../../pipeline/steps/kit/disk-writer.ts';
import type { Vhd } from '../../pipeline/steps/vhd/step.ts';

/** The disk of an OVA by itself, for tools that read no OVA: inputs, options and output are those of a VHD. */
export const write = diskWriter<Vhd>((disk, { outputs }) => {
  const description = vmdkDescription(disk, { type: 'streamOptimized', extent: 'sample-disk1.vmdk' });
  writeOutput(outputs.disk, (out) => {
    for (const part of streamedVmdk(disk, description)) out.write(part);
  });
});
