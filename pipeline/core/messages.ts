import type { Failure } from './failure.ts';

/** The failure of work that was told to stop. */
export function interrupted(): Failure {
  return { kind: 'interrupted', message: 'Stopped. What was finished is kept; the same command goes on from there.' };
}
