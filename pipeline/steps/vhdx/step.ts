import { defineWriter } from '../kit/define.ts';
import type { DiskParts, DiskSize } from '../kit/disk-parts.ts';
import type { write } from './write.ts';

/** An installed disk as a dynamic VHDX. */
export interface Vhdx {
  readonly inputs: DiskParts;
  readonly options: DiskSize;
  readonly outputs: { readonly disk: 'virtual-disk' };
}

export const vhdx = defineWriter<typeof write>('vhdx', { disk: 'virtual-disk' });
