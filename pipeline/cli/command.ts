import type { ParseArgsConfig } from 'node:util';
import type { ResultDetails } from '../core/event.ts';

/** What a command sees of the world. Only `cli` reads argv, the environment, or exits. */
export interface CommandContext {
  /** Words after the command's name. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Absolute path of the project's top folder. */
  readonly projectFolder: string;
  /** Absolute path of the directory that relative paths of a person start from. */
  readonly callerFolder: string;
  /** Absolute folder of what `launch.mjs` bundled: `main.mjs`, `writers/<name>.mjs`, `writers.json` (name → digest). */
  readonly bundleFolder: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Says what the closing event of --json tells besides the exit code; may be called several times. */
  readonly conclude: (details: ResultDetails) => void;
  /** All commands, for those that tell of others. */
  readonly allCommands: () => Promise<readonly Command[]>;
}

/** An option as Node's `parseArgs` takes it, and what else this command line says about it. */
export type Option = NonNullable<ParseArgsConfig['options']>[string] & {
  /** What the help says of it, without a full stop. */
  readonly help: string;
  /** How the help names its value, such as `DIR`; only a switch has none. */
  readonly value?: string;
  /** Whether an empty text is a value too. */
  readonly mayBeEmpty?: boolean;
};

/** The options of a command, as `readOptions` takes them. */
export interface OptionTable {
  readonly [name: string]: Option;
}

/** One command of the CLI; each has its own file. `run` returns the exit code; trouble is thrown as a BuildError. */
export interface Command {
  readonly name: string;
  /** What it does, in a line: for the overview and the README. */
  readonly summary: string;
  /** The words behind its name; empty where it needs none. */
  readonly usage: string;
  /** What it does, in sentences. */
  readonly about: string;
  /** What else the help says, after the options. */
  readonly notes?: string;
  readonly options: OptionTable;
  /** What its words without a dash are, for completion; left out where they are free. */
  readonly words?: 'targets' | readonly string[];
  run(context: CommandContext): Promise<number>;
}
