import { runningVersion } from '../runtime/release.ts';
import type { System } from '../runtime/system.ts';

/** `ros -v`, in the words of RancherOS 1. */
export function version(system: System): number {
  system.print(`ros version ${runningVersion(system)}`);
  return 0;
}
