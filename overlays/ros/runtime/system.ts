/** All that the program needs from the machine. The modules take it as a parameter, so tests run them on Node. */
export interface System {
  readonly program: string;
  readonly args: readonly string[];
  /** The text of a file, or undefined where there is none. */
  readText(path: string): string | undefined;
  /** Writes to something that exists already, such as a pipe. */
  appendText(path: string, text: string): void;
  /** Runs the commands at the same time and waits for all of them. */
  runAll(commands: readonly Command[]): Result[];
  sleep(milliseconds: number): void;
  print(text: string): void;
  complain(text: string): void;
}

export interface Command {
  readonly argv: readonly string[];
  readonly stdin: string;
}

export interface Result {
  /** Exit status, or 128 + the signal that ended it. */
  readonly status: number;
  readonly stdout: string;
}

/** A failure that a person can do something about: printed without a stack. */
export class Failure extends Error {}
