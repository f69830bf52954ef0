import type { Measures } from '../../core/medium.ts';
import { digestOfDisk } from '../../io/disk-digest.ts';
import { writeOutput } from '../../io/output-file.ts';
import { writer } from '../kit/writer.ts';
import type { MeasuredFile } from './step.ts';

export const write = writer<MeasuredFile>(({ inputs, outputs }) => {
  const measures: Measures = { disk: digestOfDisk(inputs.open('file')) };
  writeOutput(outputs.measures, (out) => out.write(new TextEncoder().encode(JSON.stringify(measures))));
});
