import type { Json } from '../../core/json.ts';
import type { Writer } from '../../core/writer.ts';
import { writeOutput } from '../../io/output-file.ts';
import { fieldsOf, listOf, stringOf } from '../../trees/decode.ts';
import { Inputs, outputOf } from '../kit/inputs.ts';

/** Which inputs come after one another. */
export type ConcatOptions = { readonly parts: readonly string[] };

/** Files one after another. Inputs: those that `parts` names. Options: `ConcatOptions`. Output: `file`. */
export const write: Writer = async (job) => {
  const { parts } = concatOptions(job.options);
  const inputs = new Inputs(job);
  try {
    writeOutput(outputOf(job, 'file'), (out) => {
      for (const part of parts) {
        const source = inputs.open(part);
        out.copy(source, 0, source.size);
      }
    });
  } finally {
    inputs.close();
  }
};

function concatOptions(options: Json): ConcatOptions {
  const { value } = fieldsOf(options, 'options', ['parts']);
  return { parts: listOf(value['parts'], 'options.parts', stringOf) };
}
