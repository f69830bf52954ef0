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
  /** Replaces the content of a file, at once and not safe from a power cut: for /proc, /sys and /run. */
  writeText(path: string, text: string): void;
  /** Names of the files in a directory, without directories, unsorted; none where it does not exist. */
  files(folder: string): readonly string[];
  /** Renames a file atomically; a file of the new name is replaced. */
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
   * Runs code under a lock of the machine. `path` is the lock file; a process waits `seconds` for it and then fails with `busy`. The lock is
   * re-entrant.
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
  /** The message when the wait is over. */
  readonly busy: string;
}

export interface Command {
  /** Looked up in PATH where it has no slash. A program that does not exist ends with status 127. */
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** Its standard error becomes part of `stdout`, instead of going to ours. */
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
