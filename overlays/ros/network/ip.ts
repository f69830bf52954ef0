import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Complain } from './network-config.ts';

/** One call of `ip`, and the key that needs it. */
export interface Step {
  readonly words: readonly string[];
  readonly path: readonly string[];
}

/**
 * Runs the steps in order. One that fails is reported by its key, and the others run. `ip`'s batch mode is not used: it ends at the first argument
 * that it does not understand.
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
