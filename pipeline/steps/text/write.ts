import { writeFileSync } from 'node:fs';
import type { Writer } from '../../core/writer.ts';
import { fieldsOf, stringOf } from '../../trees/decode.ts';
import { outputOf } from '../kit/inputs.ts';

/** A small text file made of options alone. */
export type TextOptions = {
  readonly text: string;
};

/** Writes a text. No inputs. Options: `TextOptions`. Output: `text`. */
export const write: Writer = async (job) => {
  const { value } = fieldsOf(job.options, 'options', ['text']);
  writeFileSync(outputOf(job, 'text'), stringOf(value['text'], 'options.text'), { flag: 'wx' });
};
