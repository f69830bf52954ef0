import type { Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { None } from '../kit/kind.ts';
import type { write } from './write.ts';

/** Composes an SD card as the pieces of its raw image. Both file systems have exactly the plan's sizes. */
export interface Card {
  readonly inputs: {
    /** A `CardPlan`. */
    readonly plan: Artifact<'json'>;
    readonly boot: Artifact<'fat'>;
    readonly state: Artifact<'ext4'>;
  };
  readonly options: None;
  readonly outputs: { readonly pieces: 'pieces' };
}

export const card = defineWriter<typeof write>('card', { pieces: 'pieces' });
