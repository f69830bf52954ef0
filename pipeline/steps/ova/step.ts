import { defineWriter } from '../kit/define.ts';
import type { DiskParts, DiskSize } from '../kit/disk-parts.ts';
import type { write } from './write.ts';

/** An installed disk as an OVA: a ustar with the OVF descriptor, its manifest, then the disk as a streamOptimized VMDK. */
export interface Ova {
  readonly inputs: DiskParts;
  /** `name`: what the machine and its files are called; `version`: shown to whoever imports it. */
  readonly options: DiskSize & { readonly name: string; readonly version: string };
  readonly outputs: { readonly ova: 'ova' };
}

export const ova = defineWriter<typeof write>('ova', { ova: 'ova' });
