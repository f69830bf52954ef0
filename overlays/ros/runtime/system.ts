/** All that the program needs from the machine. The modules take it as a parameter, so tests run them on Node. */
export interface System {
  readonly program: string;
  readonly args: readonly string[];
  /** The text of a file, or undefined where there is none; of a larger one its first bytes, where `most` says how many. */
  readText(path: string, most?: number): string | undefined;
  /** Bytes of a file or a disk at a place; undefined where it has fewer there or cannot be read. For many small looks: no program is run. */
  readAt(path: string, offset: number, length: number): Uint8Array | undefined;
  /** When a file or folder was last written, in seconds since 1970; undefined where there is none. */
  modified(path: string): number | undefined;
  /** Replaces what stands in a file, at once and not safe from a power cut: for /proc, /sys and /run. */
  writeText(path: string, text: string): void;
  /** Names of what is in a folder and is no folder, in any order; none where there is no such folder. */
  files(folder: string): readonly string[];
  /** Gives a file another name, at once; whatever had that name is gone. */
  rename(from: string, to: string): void;
  /** Writes to something that exists already, such as a pipe. */
  appendText(path: string, text: string): void;
  /** The standard input, or its first bytes where `most` says how many. */
  readInput(most?: number): string;
  /** A variable of the environment. */
  environment(name: string): string | undefined;
  /** Runs the commands at the same time and waits for all of them. */
  runAll(commands: readonly Command[]): Result[];
  /**
   * Does what only one process of the machine may do at a time. `path` is the file that stands for it, and each of them waits `seconds`
   * for its turn; then it fails with `busy`. Whoever has the turn already has it.
   */
  withLock<T>(lock: Lock, work: () => T): T;
  sleep(milliseconds: number): void;
  /** Milliseconds of a clock that never jumps. */
  now(): number;
  print(text: string): void;
  complain(text: string): void;
}

export interface Lock {
  readonly path: string;
  readonly seconds: number;
  /** The sentence for whoever waited in vain. */
  readonly busy: string;
}

export interface Command {
  /** Looked up in PATH where it has no slash. A program that does not exist ends with status 127. */
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** What it writes to its standard error becomes part of `stdout`, instead of going where ours goes. */
  readonly withErrors?: boolean;
  /** Variables beside those that it inherits. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Result {
  /** Exit status, or 128 + the signal that ended it. */
  readonly status: number;
  readonly stdout: string;
}

/** A failure that a person can do something about: printed without a stack. */
export class Failure extends Error {}
