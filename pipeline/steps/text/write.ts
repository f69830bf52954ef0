import { writeFileSync } from 'node:fs';
import { writer } from '../kit/writer.ts';
import type { Text } from './step.ts';

export const write = writer<Text>(({ outputs, options }) => {
  writeFileSync(outputs.text, options.text, { flag: 'wx' });
});
