import type { CloudConfig } from '../config/schema.ts';
import type { System } from '../runtime/system.ts';

const LIMIT = '/run/ros/shutdown-timeout';

/** Seconds that the services have to end, for those who end the machine: then there may be nobody left who could read a configuration. */
export function setShutdownLimit(system: System, config: CloudConfig): void {
  const seconds = config.rancher?.shutdown_timeout;
  if (seconds !== undefined) system.writeText(LIMIT, `${seconds}\n`);
}
