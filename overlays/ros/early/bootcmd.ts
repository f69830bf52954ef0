import type { CloudConfig } from '../config/schema.ts';
import { due } from '../runtime/claims.ts';
import type { System } from '../runtime/system.ts';
import { runUserCommands } from '../runtime/user-commands.ts';

/** Not in /var/log, which may become another file system's later in the start. */
const LOG = '/run/ros/bootcmd.log';
/** Seconds for each: the whole start waits for it. */
const LIMIT = 60;

/** Runs bootcmd: each command once in a start, however often this is called. */
export function runBootCommands(system: System, { bootcmd = [] }: CloudConfig): void {
  if (bootcmd.length === 0) return;
  runUserCommands(system, {
    key: 'bootcmd',
    commands: bootcmd,
    log: LOG,
    limit: LIMIT,
    due: due(system, 'bootcmd', bootcmd),
  });
}
