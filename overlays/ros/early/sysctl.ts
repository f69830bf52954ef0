import type { CloudConfig } from '../config/schema.ts';
import { Failure, type System } from '../runtime/system.ts';

/** Sets rancher.sysctl. Dots separate, and a slash stands for a dot within a name, as sysctl(8) has it. */
export function setKernelSettings(system: System, config: CloudConfig): void {
  const failed = Object.entries(config.rancher?.sysctl ?? {}).filter(([name, value]) => {
    try {
      system.writeText(`/proc/sys/${pathOf(name)}`, `${value}\n`);
      return false;
    } catch {
      return true;
    }
  });
  if (failed.length > 0) throw new Failure(`rancher.sysctl: not set: ${failed.map(([name]) => name).join(', ')}`);
}

/** The first separator says which of the two it is. */
function pathOf(name: string): string {
  if (/[./]/.exec(name)?.[0] === '/') return name;
  return name.replace(/[./]/g, (character) => (character === '.' ? '/' : '.'));
}
