import { writeFileSync } from 'node:fs';
import type { Writer } from '../core/writer.ts';
import { fieldsOf, stringOf } from '../trees/decode.ts';
import { outputOf } from '../trees/job.ts';

/** A text as a file. Options: `text`. Output: `text`. */
export const write: Writer = async (job) => {
  const { value } = fieldsOf(job.options, 'options', ['text']);
  writeFileSync(outputOf(job, 'text'), stringOf(value['text'], 'options.text'), { flag: 'wx' });
};
