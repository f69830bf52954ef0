import { writeOutput } from '../../io/output-file.ts';
import { writer } from '../kit/writer.ts';
import type { Concat } from './step.ts';

export const write = writer<Concat>(({ inputs, outputs, options: { parts } }) => {
  writeOutput(outputs.file, (out) => {
    for (const part of parts) {
      const source = inputs.open(`part/${part}`);
      out.copy(source, 0, source.size);
    }
  });
});
