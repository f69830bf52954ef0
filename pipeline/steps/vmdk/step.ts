import { defineWriter } from '../kit/define.ts';
import type { DiskParts, DiskSize } from '../kit/disk-parts.ts';
import type { write } from './write.ts';

/** An installed disk as a monolithicSparse VMDK. */
export interface Vmdk {
  readonly inputs: DiskParts;
  /** `extent`: the file name that the descriptor gives. */
  readonly options: DiskSize & { readonly extent: `${string}.vmdk` };
  readonly outputs: { readonly disk: 'virtual-disk' };
}

export const vmdk = defineWriter<typeof write>('vmdk', { disk: 'virtual-disk' });
