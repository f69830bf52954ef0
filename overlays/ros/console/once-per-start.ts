import { claim, type Due, due } from '../runtime/claims.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/** A name of the console's own file system: another console has its own. */
const NAME = '/var/lib/ros/name';
const RANDOM = '/proc/sys/kernel/random/uuid';

/** Does something once in a start of the machine, however often the console starts. Started work counts as done. */
export function onceInStart(system: System, name: string, work: () => void): void {
  if (claim(system, [name]).size > 0) work();
}

/**
 * Which things, such as files to write, were not given yet to this console's file system in this start: it was switched to, a datasource
 * brought them late, or whoever wanted to give them did not come to it.
 */
export function dueInConsole(system: System, key: string, things: readonly unknown[]): Due {
  return due(system, `${key}-${nameOfConsole(system)}`, things);
}

function nameOfConsole(system: System): string {
  const known = system.readText(NAME)?.trim();
  if (known !== undefined && known !== '') return known;
  const name = system.readText(RANDOM)?.trim() ?? '';
  run(system, ['mkdir', '-p', NAME.replace(/\/[^/]*$/, '')]);
  system.writeText(NAME, `${name}\n`);
  return name;
}
