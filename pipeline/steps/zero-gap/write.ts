import { writeOutput } from '../../io/output-file.ts';
import type { DiskGap } from '../disk-ends/step.ts';
import { writer } from '../kit/writer.ts';
import type { ZeroGap } from './step.ts';

/** How many MiB of zeros `many` is, compressed. */
const MANY_MIB = 64;

export const write = writer<ZeroGap>(({ inputs, outputs }) => {
  const { mebibytes } = JSON.parse(inputs.text('gap')) as DiskGap;
  writeOutput(outputs.file, (out) => {
    const copy = (name: 'head' | 'many' | 'one' | 'tail', times: number) => {
      const source = inputs.open(name);
      for (let time = 0; time < times; time += 1) out.copy(source, 0, source.size);
    };
    copy('head', 1);
    copy('many', Math.floor(mebibytes / MANY_MIB));
    copy('one', mebibytes % MANY_MIB);
    copy('tail', 1);
  });
});
