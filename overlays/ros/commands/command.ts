import type { System } from '../runtime/system.ts';

/** One command of `ros`. */
export interface CommandOfRos {
  /** One line for the list of commands; without it the command is the system's own and not listed. */
  readonly summary?: string;
  /** Gives the exit status: 0 ok, 1 it failed, 2 it was called wrongly. */
  readonly run: (system: System, args: readonly string[]) => number;
}
