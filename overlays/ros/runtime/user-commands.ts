import { writeFile } from '../config/files.ts';
import type { Due } from './claims.ts';
import { alarm } from './kernel-log.ts';
import { run } from './run.ts';
import type { System } from './system.ts';

/** A line for the shell, or a program with its words. */
export type UserCommand = string | readonly string[];

export interface UserCommands {
  /** Their key, for messages. */
  readonly key: string;
  readonly commands: readonly UserCommand[];
  /** Where their output goes, for root's eyes only: it may hold secrets. */
  readonly log: string;
  /** Seconds for each; without it there is no limit. */
  readonly limit?: number;
  /** Which of them are run; all of them without it. */
  readonly due?: Due;
}

/** With its output in the log and not in our pipe, a command may leave something running in the background. */
const LOGGED = `umask 077; mkdir -p "\${1%/*}"; exec </dev/null >>"$1" 2>&1; umask 022; cd /; shift; exec "$@"`;

/** Where a line waits to be read by a shell: as an argument, everybody could see it in the list of processes. */
const LINE = '/run/ros/command';

/** Runs one program with its output in a log, and gives its exit status. */
export function runLogged(system: System, log: string, argv: readonly string[]): number {
  return run(system, ['sh', '-c', LOGGED, 'ros', log, ...argv], { environment: { HOME: '/root' } }).status;
}

/** Runs the commands in order. One that fails is reported, and the others run. */
export function runUserCommands(system: System, { key, commands, log, limit, due }: UserCommands): void {
  const limited = limit === undefined ? [] : ['timeout', '-k', '5', String(limit)];
  commands.forEach((command, index) => {
    if (due?.has(index) === false) return;
    due?.settle(index);
    const file = `${LINE}.${key}.${index + 1}`;
    if (typeof command === 'string') writeFile(system, file, `${command}\n`);
    const argv = typeof command === 'string' ? ['sh', file] : command;
    if (argv.length === 0) return;
    const status = runLogged(system, log, [...limited, ...argv]);
    if (typeof command === 'string') run(system, ['rm', '-f', file]);
    if (status === 0) return;
    const end =
      limit !== undefined && status === 124 ? `took more than ${limit} seconds` : `ended with status ${status}`;
    alarm(system, `${key}: command ${index + 1} ${end}; its output stands in ${log}`);
  });
}
