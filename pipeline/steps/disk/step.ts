import { defineWriter } from '../kit/define.ts';
import type { DiskParts, DiskSize } from '../kit/disk-parts.ts';
import type { write } from './write.ts';

/** An installed disk as a raw image with holes. */
export interface RawDisk {
  readonly inputs: DiskParts;
  readonly options: DiskSize;
  readonly outputs: { readonly disk: 'disk' };
}

export const rawDisk = defineWriter<typeof write>('disk', { disk: 'disk' });
