import type { Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { write } from './write.ts';

/** What a machine sees that is given a file as a disk, by its digest: `Measures` as JSON. */
export interface MeasuredFile {
  readonly inputs: { readonly file: Artifact };
  readonly options: Record<string, never>;
  readonly outputs: { readonly measures: 'json' };
}

export const measuredFile = defineWriter<typeof write>('measured-file', { measures: 'json' });
