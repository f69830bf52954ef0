import type { CloudConfig } from '../config/schema.ts';
import type { System } from '../runtime/system.ts';

/** Makes the system's start show the whole log on the console, not only alerts. */
const SHOWS_LOG = '/run/ros/show-log';

/** By rancher.log, which rancher.debug sets too. */
export function showLog(system: System, config: CloudConfig): void {
  if (config.rancher?.log === true) system.writeText(SHOWS_LOG, '');
}
