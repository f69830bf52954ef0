import { alarm } from './kernel-log.ts';
import { sentenceOf } from './sentence.ts';
import type { System } from './system.ts';

/**
 * Takes all steps. One that fails, by whatever error, is told on the console and keeps none of the others from being taken: a machine
 * that starts can be mended. Gives the exit status.
 */
export function eachStep(system: System, steps: readonly (() => void)[]): number {
  const taken = (step: () => void) => () => {
    step();
    return true;
  };
  return steps.map((step) => guard(system, taken(step), false)).includes(false) ? 1 : 0;
}

/** What one step gives. Where it fails, by whatever error, that is told on the console, behind `before`, and `instead` is given. */
export function guard<T>(system: System, step: () => T, instead: T, before = ''): T {
  try {
    return step();
  } catch (error) {
    alarm(system, `${before}${sentenceOf(error)}`);
    return instead;
  }
}
