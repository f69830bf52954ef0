import { claim } from '../runtime/claims.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { digest } from '../services/digest.ts';

/** Belongs to the console's own file system: another console has its own. A line with the start's number, then one for each thing that was given. */
const IN_CONSOLE = '/var/lib/ros/prepared-in';

/** Does something once in a start of the machine, however often the console starts. Started work counts as done. */
export function onceInStart(system: System, name: string, work: () => void): void {
  if (claim(system, [name]).size > 0) work();
}

/**
 * Handles items, such as files to write, once in a start for each console's file system: `work` gets the items that are new to this one, because the
 * console was switched or a datasource brought them late.
 */
export function onceInConsole<T>(system: System, things: readonly T[], work: (fresh: readonly T[]) => void): void {
  const start = system.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  const [of, ...given] = (system.readText(IN_CONSOLE) ?? '').split('\n').filter((line) => line !== '');
  const known = new Set(of === start ? given : []);
  const mark = (thing: T) => digest(JSON.stringify(thing) ?? '');
  const fresh = things.filter((thing) => !known.has(mark(thing)));
  if (fresh.length === 0) return;
  run(system, ['mkdir', '-p', IN_CONSOLE.replace(/\/[^/]*$/, '')]);
  system.writeText(IN_CONSOLE, `${[start, ...known, ...fresh.map(mark)].join('\n')}\n`);
  work(fresh);
}
