import { alarm } from './kernel-log.ts';
import { sentenceOf } from './sentence.ts';
import type { System } from './system.ts';

/** Runs all steps. One that fails is reported on the console, and the others run: a machine that starts can be repaired. Returns the exit status. */
export function eachStep(system: System, steps: readonly (() => void)[]): number {
  const taken = (step: () => void) => () => {
    step();
    return true;
  };
  return steps.map((step) => guard(system, taken(step), false)).includes(false) ? 1 : 0;
}

/** Result of one step. Where it fails, that is reported on the console after `before`, and `instead` is returned. */
export function guard<T>(system: System, step: () => T, instead: T, before = ''): T {
  try {
    return step();
  } catch (error) {
    alarm(system, `${before}${sentenceOf(error)}`);
    return instead;
  }
}
