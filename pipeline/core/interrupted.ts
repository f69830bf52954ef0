import { BuildError, type Failure } from './failure.ts';

/** Throws the `interrupted` failure when the run was told to stop. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new BuildError(interrupted());
}

/** The failure of work that was told to stop. */
export function interrupted(): Failure {
  return { kind: 'interrupted', message: 'Stopped. What was finished is kept; the same command goes on from there.' };
}
