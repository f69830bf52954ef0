import type { Writer } from '../../core/writer.ts';
import { sizeOption, withVirtualDisk } from '../../disks/virtual-disk.ts';
import { SparseFile } from '../../io/sparse-file.ts';
import { outputOf } from '../kit/inputs.ts';

/** Composes an installed disk as a raw image with holes. Inputs: those of `composedDisk`. Options: `VirtualDiskOptions`. Output: `disk`. */
export const write: Writer = async (job) => {
  withVirtualDisk(job, sizeOption(job.options), ({ size, contents }) => {
    const disk = new SparseFile(outputOf(job, 'disk'), size);
    try {
      for (const { offset, content } of contents) {
        if (content instanceof Uint8Array) disk.put(content, offset);
        else disk.copy(content, offset);
      }
    } finally {
      disk.close();
    }
  });
};
