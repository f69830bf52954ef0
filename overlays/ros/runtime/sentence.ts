import { Failure } from './system.ts';

/**
 * An error for a person: the sentence of a `Failure`; of every other error, which is a bug of this program, its message and its place, without the
 * rest of the stack.
 */
export function sentenceOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const [place] = (error instanceof Error ? (error.stack ?? '') : '')
    .split('\n')
    .flatMap((line) => /^\s*at (.+)$/.exec(line)?.[1] ?? []);
  return `ros has a fault of its own here (${what}${place === undefined ? '' : `, at ${place}`}); please report this sentence`;
}
