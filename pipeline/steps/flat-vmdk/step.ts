import { defineWriter } from '../kit/define.ts';
import type { DiskParts, DiskSize } from '../kit/disk-parts.ts';
import type { write } from './write.ts';

/** An installed disk as a VMDK of flat extents that are parts of the step's own inputs, and `rest`, which holds what is in no input. */
export interface FlatVmdk {
  readonly inputs: DiskParts;
  readonly options: DiskSize;
  readonly outputs: { readonly descriptor: 'text'; readonly rest: 'file' };
}

export const flatVmdk = defineWriter<typeof write>('flat-vmdk', { descriptor: 'text', rest: 'file' });
