import { alarm } from './kernel-log.ts';
import { Failure, type System } from './system.ts';

/**
 * Takes all steps. One that fails is told on the console and keeps none of the others from being taken: a machine that starts
 * can be mended. Gives the exit status.
 */
export function eachStep(system: System, steps: readonly (() => void)[]): number {
  let failed = 0;
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      alarm(system, error.message);
      failed = 1;
    }
  }
  return failed;
}
