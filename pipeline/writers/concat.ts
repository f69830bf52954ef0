import type { Json } from '../core/json.ts';
import type { Writer } from '../core/writer.ts';
import { fieldsOf, listOf, maybe, refuse, stringOf, wholeNumberOf } from '../trees/decode.ts';
import { Inputs, outputOf } from '../trees/job.ts';
import { writeOutput } from '../trees/output-file.ts';

/** Which inputs come after one another. `align`: the part begins at a multiple of so many bytes (default 1). */
export type ConcatOptions = {
  readonly parts: readonly { readonly input: string; readonly align?: number | undefined }[];
  /** The file's size is a multiple of so many bytes (default 1). */
  readonly alignEnd?: number | undefined;
};

/** Files one after another, with zeros between where they are aligned. Inputs: those that `parts` names. Output: `file`. */
export const write: Writer = async (job) => {
  const { parts, alignEnd = 1 } = concatOptions(job.options);
  const inputs = new Inputs(job);
  try {
    writeOutput(outputOf(job, 'file'), (out) => {
      for (const { input, align = 1 } of parts) {
        const source = inputs.open(input);
        out.zeros(paddingTo(out.position, align));
        out.copy(source, 0, source.size);
      }
      out.zeros(paddingTo(out.position, alignEnd));
    });
  } finally {
    inputs.close();
  }
};

function paddingTo(position: number, align: number): number {
  return (align - (position % align)) % align;
}

function concatOptions(options: Json): ConcatOptions {
  const { value } = fieldsOf(options, 'options', ['parts', 'alignEnd']);
  return {
    parts: listOf(value['parts'], 'options.parts', (item, at) => {
      const part = fieldsOf(item, at, ['input', 'align']).value;
      return { input: stringOf(part['input'], `${at}.input`), align: maybe(part['align'], `${at}.align`, alignment) };
    }),
    alignEnd: maybe(value['alignEnd'], 'options.alignEnd', alignment),
  };
}

function alignment(value: Json, at: string): number {
  const align = wholeNumberOf(value, at, 1 << 30);
  if (align === 0) throw refuse(`${at} must be at least 1.`);
  return align;
}
