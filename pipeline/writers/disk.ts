import type { Json } from '../core/json.ts';
import type { Writer } from '../core/writer.ts';
import { composedDisk } from '../disks/composed-disk.ts';
import { SparseFile } from '../disks/sparse-file.ts';
import { fieldsOf, maybe, wholeNumberOf } from '../trees/decode.ts';
import { Inputs, outputOf } from '../trees/job.ts';

/** How large the disk is: whole MiB, as every platform wants; without a word as small as it can be. */
export type DiskOptions = {
  readonly sizeMiB?: number | undefined;
};

/** Composes an installed disk as a raw image with holes. Inputs: those of `composedDisk`. Options: `DiskOptions`. Output: `disk`. */
export const write: Writer = async (job) => {
  const sizeMiB = diskOptions(job.options);
  const inputs = new Inputs(job);
  try {
    const { size, pieces } = composedDisk(inputs, sizeMiB);
    const disk = new SparseFile(outputOf(job, 'disk'), size);
    try {
      for (const { offset, content } of pieces) {
        if (content instanceof Uint8Array) disk.put(content, offset);
        else disk.copy(content, offset);
      }
    } finally {
      disk.close();
    }
  } finally {
    inputs.close();
  }
};

function diskOptions(options: Json): number | undefined {
  const { value } = fieldsOf(options, 'options', ['sizeMiB']);
  return maybe(value['sizeMiB'], 'options.sizeMiB', (size, at) => wholeNumberOf(size, at, 1 << 26));
}
