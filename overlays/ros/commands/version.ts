import type { System } from '../runtime/system.ts';
import { runningVersion } from '../services/config.ts';

/** `ros -v`, in the words of RancherOS 1. */
export function version(system: System): number {
  system.print(`ros version ${runningVersion(system)}`);
  return 0;
}
