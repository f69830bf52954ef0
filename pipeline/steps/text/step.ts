import { defineWriter } from '../kit/define.ts';
import type { None } from '../kit/kind.ts';
import type { write } from './write.ts';

/** A small text file made of options alone. */
export interface Text {
  readonly inputs: None;
  readonly options: { readonly text: string };
  readonly outputs: { readonly text: 'text' };
}

export const text = defineWriter<typeof write>('text', { text: 'text' });
