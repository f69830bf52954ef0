import type { CloudConfig } from '../config/schema.ts';
import type { System } from '../runtime/system.ts';

export const SHUTDOWN_LIMIT = '/run/ros/shutdown-timeout';
/** Default in seconds; also in `end` and `supervise`. */
export const DEFAULT_SHUTDOWN_LIMIT = 60;

/** Seconds that the services have to end. Written to a file, because no program may be left that could read the configuration. */
export function setShutdownLimit(system: System, config: CloudConfig): void {
  const seconds = config.rancher?.shutdown_timeout;
  if (seconds !== undefined) system.writeText(SHUTDOWN_LIMIT, `${seconds}\n`);
}
