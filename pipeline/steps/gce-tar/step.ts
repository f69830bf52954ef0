import { defineWriter } from '../kit/define.ts';
import type { DiskParts } from '../kit/disk-parts.ts';
import type { write } from './write.ts';

/** An installed disk as Google Compute Engine imports it: the pieces of an old GNU tar with the one, sparse member `disk.raw`. */
export interface GceTar {
  readonly inputs: DiskParts;
  /** Whole GiB. */
  readonly options: { readonly sizeMiB: number };
  /** To be compressed by gzip. */
  readonly outputs: { readonly pieces: 'pieces' };
}

export const gceTar = defineWriter<typeof write>('gce-tar', { pieces: 'pieces' });
