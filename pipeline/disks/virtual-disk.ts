import { createHash } from 'node:crypto';
import type { Json } from '../core/json.ts';
import type { WriterJob } from '../core/writer.ts';
import { type Guid, guidFromDigest } from '../formats/guid.ts';
import { Inputs } from '../steps/kit/inputs.ts';
import { fieldsOf, maybe, wholeNumberOf } from '../trees/decode.ts';
import { type ComposedDisk, composedDisk } from './composed-disk.ts';

/** What every writer of a virtual disk is told: the size of the disk in MiB; without it as small as it can be. */
export type VirtualDiskOptions = { readonly sizeMiB?: number | undefined };

/** A disk that is about to get a container around it. */
export interface VirtualDisk extends ComposedDisk {
  /** An identity that follows from the disk's contents, its size and what it is for. */
  readonly identity: (purpose: string) => Guid;
}

const LARGEST_MIB = 1 << 26;

/** Opens the inputs of `composedDisk`, gives the disk to `write`, and closes them. */
export function withVirtualDisk(job: WriterJob, sizeMiB: number | undefined, write: (disk: VirtualDisk) => void): void {
  const inputs = new Inputs(job);
  try {
    const disk = composedDisk(inputs, sizeMiB);
    write({ ...disk, identity: (purpose) => identityOf(`${disk.id} ${disk.size} ${purpose}`) });
  } finally {
    inputs.close();
  }
}

function identityOf(text: string): Guid {
  return guidFromDigest(createHash('sha256').update(text).digest());
}

/** `sizeMiB` out of a writer's options, which may have other members beside it. */
export function sizeOption(options: Json, others: readonly string[] = []): number | undefined {
  const { value } = fieldsOf(options, 'options', ['sizeMiB', ...others]);
  return maybe(value['sizeMiB'], 'options.sizeMiB', (size, at) => wholeNumberOf(size, at, LARGEST_MIB));
}
