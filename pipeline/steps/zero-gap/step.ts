import type { Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { None } from '../kit/kind.ts';
import type { write } from './write.ts';

/**
 * The two ends of a disk, each compressed, with zeros between them that were compressed once: readers of zstd and gzip join what
 * follows one another.
 */
export interface ZeroGap {
  readonly inputs: {
    readonly head: Artifact<'zstd'>;
    readonly tail: Artifact<'zstd'>;
    /** A `DiskGap`. */
    readonly gap: Artifact<'json'>;
    /** One MiB of zeros, compressed. */
    readonly one: Artifact<'zstd'>;
    /** 64 MiB of zeros, compressed. */
    readonly many: Artifact<'zstd'>;
  };
  readonly options: None;
  readonly outputs: { readonly file: 'zstd' };
}

export const zeroGap = defineWriter<typeof write>('zero-gap', { file: 'zstd' });
