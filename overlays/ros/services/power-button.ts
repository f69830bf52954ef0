import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

const SERVICE = 'acpid';

/**
 * Without the container of acpid, a user without a login could not end the machine in order: where it cannot be made, because the disk is full, its
 * program runs outside of a container.
 */
export function keepPowerButton(system: System, problems: readonly string[]): void {
  if (!problems.some((problem) => problem.startsWith(`${SERVICE}: `))) return;
  run(system, ['sh', '-c', 'setsid acpid -f </dev/null >/dev/null 2>&1 &'], { withErrors: true });
}
