import { defineWriter } from '../kit/define.ts';
import type { DiskParts, DiskSize } from '../kit/disk-parts.ts';
import type { write } from './write.ts';

/** What a composed disk is, by its digest, whatever container it is in: `Measures` as JSON. */
export interface MeasuredDisk {
  readonly inputs: DiskParts;
  readonly options: DiskSize;
  readonly outputs: { readonly measures: 'json' };
}

export const measuredDisk = defineWriter<typeof write>('measured-disk', { measures: 'json' });
