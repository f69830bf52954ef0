import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Complain } from './wanted.ts';

/** One thing that `ip` is to do, and the key that wants it. */
export interface Step {
  readonly words: readonly string[];
  readonly path: readonly string[];
}

/** Has `ip` do all steps in one process. A step that fails is told by its key, and the others are done all the same. */
export function takeSteps(system: System, steps: readonly Step[], complain: Complain): void {
  if (steps.length === 0) return;
  const stdin = steps.map(({ words }) => `${words.join(' ')}\n`).join('');
  const { status, stdout } = run(system, ['ip', '-force', '-batch', '-'], { stdin, withErrors: true });
  if (status === 0) return;
  let said: string[] = [];
  let failed = 0;
  for (const line of stdout.split('\n')) {
    const number = /^Command failed -:(\d+)$/.exec(line)?.[1];
    if (number === undefined) {
      if (line.trim() !== '') said.push(line.trim());
      continue;
    }
    const step = steps[Number(number) - 1];
    if (step !== undefined)
      complain(step.path, `“ip ${step.words.join(' ')}” failed: ${said.join(' ') || 'no reason given'}`);
    failed += 1;
    said = [];
  }
  if (failed === 0)
    complain(steps[0]?.path ?? [], `ip failed with status ${status}: ${said.join(' ') || 'no reason given'}`);
}
