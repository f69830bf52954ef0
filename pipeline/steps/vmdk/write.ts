import { dataBlockNumbers, dataBlocks } from '../../disks/disk-blocks.ts';
import { vmdkDescription } from '../../disks/vmdk-disk.ts';
import { encodeSparseHead, GRAIN } from '../../formats/vmdk.ts';
import { writeOutput } from '../../io/output-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import type { Vmdk } from './step.ts';

export const write = diskWriter<Vmdk>((disk, { outputs, options: { extent } }) => {
  const descriptor = vmdkDescription(disk, { type: 'monolithicSparse', extent });
  writeOutput(outputs.disk, (out) => {
    out.write(encodeSparseHead(descriptor, dataBlockNumbers(disk, GRAIN)));
    for (const { bytes } of dataBlocks(disk, GRAIN)) out.write(bytes);
  });
});
