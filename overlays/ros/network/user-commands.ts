import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Complain } from './network-config.ts';

/** Minutes would pass unnoticed at every start: a command that takes longer than that is ended and named. */
const SECONDS = 60;

/** For root only: the output of commands may contain secrets. */
const LOG = '/var/log/network-commands.log';

/**
 * The command comes in a variable: as an argument, everybody could see it in the list of processes. With its output in the log and not
 * in our pipe, it may leave something running in the background.
 */
const SCRIPT = `umask 077
log=$1
shift
mkdir -p "\${log%/*}" && : >>"$log" || log=/dev/null
exec </dev/null >>"$log" 2>&1
umask 022
unset log
cd /
line=$ROS_COMMAND
unset ROS_COMMAND
eval "$line"`;

/** A shell's exit status when a program does not exist. */
const NOT_FOUND = 127;

/**
 * Runs the user's commands in order, each by a shell with the interface's name as $iface. An error is reported by key and number, because the
 * command itself may hold a password. Returns the commands whose program does not exist, which may come later.
 */
export function runCommands(
  system: System,
  commands: readonly string[] | undefined,
  context: { readonly path: readonly string[]; readonly iface?: string; readonly complain: Complain },
): readonly string[] {
  const missing: string[] = [];
  const { iface, path, complain } = context;
  (commands ?? []).forEach((command, index) => {
    const environment = { ROS_COMMAND: command, ...(iface === undefined ? {} : { iface }) };
    const argv = ['timeout', '-k', '5', String(SECONDS), 'sh', '-c', SCRIPT, 'ros', LOG];
    const { status } = run(system, argv, { environment, withErrors: true });
    if (status === 0) return;
    if (status === NOT_FOUND) missing.push(command);
    const ends =
      status === 124 || status === 137 ? `took longer than ${SECONDS} seconds` : `ended with status ${status}`;
    const why = status === NOT_FOUND ? `${ends}: a program in it does not exist` : ends;
    const where = iface === undefined ? '' : ` for ${iface}`;
    complain(path, `command ${index + 1}${where} ${why}; its output stands in ${LOG}.`);
  });
  return missing;
}
