import type { System } from '../runtime/system.ts';

/** Programs of the release that run in a console of any image; see `by-release` there. The console's script has it at the end of its PATH. */
export const FOREIGN = '/usr/lib/ros/foreign';

/** Whether the console's image is another system, whose C library may not fit the release's programs. */
export function isForeign(system: System): boolean {
  const release = system.readText('/usr/share/ros/os-release');
  return release !== undefined && system.readText('/usr/lib/os-release') !== release;
}
