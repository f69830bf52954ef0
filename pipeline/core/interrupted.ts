import { BuildError } from './failure.ts';
import { interrupted } from './messages.ts';

export { interrupted };

/** Throws the `interrupted` failure when the run was told to stop. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new BuildError(interrupted());
}
