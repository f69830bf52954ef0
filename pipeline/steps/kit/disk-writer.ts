import { composedDisk } from '../../disks/composed-disk.ts';
import { type VirtualDisk, virtualDisk } from '../../disks/virtual-disk.ts';
import type { DiskParts, DiskSize } from './disk-parts.ts';
import type { Plain, StepKind } from './kind.ts';
import { type Job, type WriterOf, writer } from './writer.ts';

type DiskKind = StepKind & { readonly inputs: DiskParts; readonly options: DiskSize };

/** Makes a writer that is given the disk that its inputs compose. */
export function diskWriter<K extends DiskKind & { readonly options: Plain<K['options']> }>(
  perform: (disk: VirtualDisk, job: Job<K>) => void,
): WriterOf<K> {
  return writer<K>((job) => {
    const { sizeMiB } = job.options as DiskSize;
    perform(virtualDisk(composedDisk(job.inputs, sizeMiB)), job);
  });
}
