import type { Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { None } from '../kit/kind.ts';
import type { write } from './write.ts';

/** Puts files that `gzip -n` has packed into a ZIP: their deflate streams are taken as they are. */
export interface Zip {
  readonly inputs: {
    /** The packed files by their names in the ZIP. */
    readonly gzip: { readonly [name: string]: Artifact<'gzip'> };
    /** What each is made of, for its size. */
    readonly pieces: { readonly [name: string]: Artifact<'pieces'> };
  };
  readonly options: None;
  readonly outputs: { readonly zip: 'zip' };
}

export const zip = defineWriter<typeof write>('zip', { zip: 'zip' });
