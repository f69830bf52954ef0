import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Complain } from './network-config.ts';

/** One thing that `ip` is to do, and the key that wants it. */
export interface Step {
  readonly words: readonly string[];
  readonly path: readonly string[];
}

/**
 * Takes the steps one after the other. One that fails is told by its key, and the others are taken all the same. No batch
 * of `ip`: it ends at the first word that it does not understand.
 */
export function takeSteps(system: System, steps: readonly Step[], complain: Complain): void {
  for (const { words, path } of steps) {
    const { status, stdout } = run(system, ['ip', ...words], { withErrors: true });
    if (status === 0) continue;
    const why = stdout.trim().replace(/\s*\n\s*/g, ' · ');
    complain(
      path,
      `“ip ${words.join(' ')}” failed: ${why === '' ? `status ${status}` : why}. Correct the entry, and run “ros netconf”.`,
    );
  }
}
