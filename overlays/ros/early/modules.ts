import type { CloudConfig } from '../config/schema.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

/** Loads rancher.modules, each a name with options. A missing one does not keep others from being loaded. */
export function loadModules(system: System, config: CloudConfig): void {
  const failed = (config.rancher?.modules ?? []).filter((line) => {
    const words = line.trim().split(/\s+/);
    return run(system, ['modprobe', ...words], { withErrors: true }).status !== 0;
  });
  if (failed.length > 0) throw new Failure(`rancher.modules: not loaded: ${failed.join(', ')}`);
}
