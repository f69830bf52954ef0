import type { System } from '../runtime/system.ts';

/** Runs the command. Returns the exit status: 0 ok, 1 failed, 2 called with wrong arguments. */
export type Run = (system: System, args: readonly string[]) => number;

/** One command of `ros`. */
export interface CommandOfRos {
  /** One line for the list of commands; without it the command is the system's own and not listed. */
  readonly summary?: string;
  /** Whether only root can run it with these arguments. */
  readonly isRoots?: (args: readonly string[]) => boolean;
  readonly load: () => Promise<Run>;
}
