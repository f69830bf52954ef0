import type { Failure } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';

export function outputMissing(title: string, output: string): Failure {
  return {
    kind: 'step',
    message: `The step ${quoted(title)} ended well but left no output named ${quoted(output)}.`,
    hint: 'Correct its command, or the outputs that it declares. `npm run build -- --keep-failed` keeps what it left.',
  };
}
