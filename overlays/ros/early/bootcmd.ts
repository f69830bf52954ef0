import type { CloudConfig } from '../config/schema.ts';
import type { System } from '../runtime/system.ts';
import { runUserCommands } from '../runtime/user-commands.ts';

/** Not in /var/log, which may become another file system's later in the start. */
const LOG = '/run/ros/bootcmd.log';
const DONE = '/run/ros/bootcmd-done';
/** Seconds for each: the whole start waits for it. */
const LIMIT = 60;

/** Runs bootcmd, once in a start however often it is called. */
export function runBootCommands(system: System, { bootcmd = [] }: CloudConfig): void {
  if (bootcmd.length === 0 || system.readText(DONE) !== undefined) return;
  system.runAll([{ argv: ['mkdir', '-p', '-m', '0700', '/run/ros'] }]);
  system.writeText(DONE, '');
  runUserCommands(system, { key: 'bootcmd', commands: bootcmd, log: LOG, limit: LIMIT });
}
