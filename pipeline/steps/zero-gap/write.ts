import type { Json } from '../../core/json.ts';
import type { Writer } from '../../core/writer.ts';
import { writeOutput } from '../../io/output-file.ts';
import { fieldsOf, wholeNumberOf } from '../../trees/decode.ts';
import { Inputs, outputOf } from '../kit/inputs.ts';

/** How many MiB of zeros `many` is, compressed. `one` is one MiB. */
const MANY_MIB = 64;

/**
 * The two ends of a disk, each compressed, with zeros between them that were compressed once: readers of zstd and gzip join what
 * follows one another. Inputs: `head`, `tail`, `gap` (of the writer `disk-ends`), `one` and `many` (a MiB and 64 MiB of zeros). Output:
 * `file`.
 */
export const write: Writer = async (job) => {
  const inputs = new Inputs(job);
  try {
    writeOutput(outputOf(job, 'file'), (out) => {
      const gap = inputs.open('gap');
      const { value } = fieldsOf(JSON.parse(new TextDecoder().decode(gap.read(0, gap.size))) as Json, 'gap', [
        'mebibytes',
      ]);
      const mebibytes = wholeNumberOf(value['mebibytes'], 'gap.mebibytes');
      const copy = (name: string, times: number) => {
        const source = inputs.open(name);
        for (let time = 0; time < times; time += 1) out.copy(source, 0, source.size);
      };
      copy('head', 1);
      copy('many', Math.floor(mebibytes / MANY_MIB));
      copy('one', mebibytes % MANY_MIB);
      copy('tail', 1);
    });
  } finally {
    inputs.close();
  }
};
