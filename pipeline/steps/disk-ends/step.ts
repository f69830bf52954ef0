import { defineWriter } from '../kit/define.ts';
import type { DiskParts, DiskSize } from '../kit/disk-parts.ts';
import type { write } from './write.ts';

/**
 * An installed disk without the zeros in its middle, so that they need neither be read nor compressed: `head` are the pieces of everything
 * up to the last data before the backup of the partition table, `tail` those of the last MiB, and `gap` is a `DiskGap` as JSON.
 */
export interface DiskEnds {
  readonly inputs: DiskParts;
  /** `footer: 'vhd'` puts the footer of a fixed VHD behind the disk. */
  readonly options: DiskSize & { readonly footer?: 'vhd' | undefined };
  readonly outputs: { readonly head: 'pieces'; readonly tail: 'pieces'; readonly gap: 'json' };
}

/** What is between the two ends. */
export interface DiskGap {
  readonly mebibytes: number;
}

export const diskEnds = defineWriter<typeof write>('disk-ends', { head: 'pieces', tail: 'pieces', gap: 'json' });
