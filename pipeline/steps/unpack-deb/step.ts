import type { PackagePin } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { None } from '../kit/kind.ts';
import type { write } from './write.ts';

/** Unpacks a Debian package without running anything of it. */
export interface UnpackDeb {
  readonly inputs: { readonly package: PackagePin };
  readonly options: None;
  /**
   * `data`: its files as a canonical tar, owners and all mode bits kept, timestamps clamped to the epoch; `control`: a `PackageControl` as
   * JSON.
   */
  readonly outputs: { readonly data: 'tar'; readonly control: 'json' };
}

export const unpackDeb = defineWriter<typeof write>('unpack-deb', { data: 'tar', control: 'json' });
