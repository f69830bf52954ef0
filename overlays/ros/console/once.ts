import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

const FOLDER = '/run/ros/console/done';
/** Belongs to the console's own file system: another console has its own. */
const IN_CONSOLE = '/var/lib/ros/prepared-in';

/** Does something once in a start of the machine, however often the console starts. What was begun counts as done. */
export function onceInStart(system: System, name: string, work: () => void): void {
  const { status } = run(system, ['sh', '-c', 'mkdir -p "$1" && mkdir "$1/$2" 2>/dev/null', 'ros', FOLDER, name]);
  if (status === 0) work();
}

/** Does something once in a start for each console's file system: what a console that was switched to has not seen yet. */
export function onceInConsole(system: System, work: () => void): void {
  const start = system.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  if (system.readText(IN_CONSOLE) === start) return;
  run(system, ['mkdir', '-p', IN_CONSOLE.replace(/\/[^/]*$/, '')]);
  system.writeText(IN_CONSOLE, start);
  work();
}
