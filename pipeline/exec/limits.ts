import type { Limits } from '../core/step.ts';

/** Words before a program, in the tool image, that bound its memory. */
export function limitWords({ memoryMiB }: Limits): readonly [string, ...string[]] {
  return ['/usr/bin/prlimit', `--data=${memoryMiB * 1024 * 1024}`, '--core=0', '--'];
}
