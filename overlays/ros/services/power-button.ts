import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

const SERVICE = 'acpid';

/**
 * Without the container that listens for the power button nobody could end the machine in order who has no login: where it could not be
 * made, because the disk is full, its program runs without one.
 */
export function keepPowerButton(system: System, problems: readonly string[]): void {
  if (!problems.some((problem) => problem.startsWith(`${SERVICE}: `))) return;
  run(system, ['sh', '-c', 'setsid acpid -f </dev/null >/dev/null 2>&1 &'], { withErrors: true });
}
