/** Classes of failures, by who can mend them. Each maps to one exit code (`exitCodeOf`). */
export type FailureKind =
  /** The command line asks for something that does not exist. */
  | 'usage'
  /** A file of the project (YAML, lock, target, overlay) is wrong. */
  | 'configuration'
  /** A step's tool or writer failed. */
  | 'step'
  /** No executor works here, or a tool is missing. */
  | 'no-executor'
  /** Bytes do not have the digest, size or format that was promised. */
  | 'wrong-bytes'
  /** A server could not be reached or refused. */
  | 'network'
  /** The disk is full or not writable. */
  | 'disk'
  /** The user, or another failure, stopped it. */
  | 'interrupted';

/** A place in a text file, both counted from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** Trouble that a person can act on: what, where, the evidence, and the next step. */
export interface Failure {
  readonly kind: FailureKind;
  /** One sentence that says what is wrong. */
  readonly message: string;
  readonly place?: Place | undefined;
  /** What was seen: the last lines of a tool's output, found and wanted digests. */
  readonly evidence?: string | undefined;
  /** One sentence that says what to do next. */
  readonly hint?: string | undefined;
  /** What this program offers to mend it. Only the command line knows how a person asks for that, and says it after the hint. */
  readonly remedy?: Remedy | undefined;
}

export type Remedy =
  /** Removing old entries from the store. */
  | 'clean-store'
  /** Another directory for the store. */
  | 'move-store'
  /** Another directory for releases. */
  | 'move-releases';

/** Carries one or more failures. An ordinary `Error` is a bug in the pipeline and keeps its stack; this is not. */
export class BuildError extends Error {
  readonly failures: readonly [Failure, ...Failure[]];

  constructor(failure: Failure | readonly [Failure, ...Failure[]], options?: ErrorOptions) {
    const failures = (Array.isArray(failure) ? failure : [failure]) as [Failure, ...Failure[]];
    super(failures.map((each) => each.message).join('; '), options);
    this.name = 'BuildError';
    this.failures = failures;
  }
}

const EXIT_CODES: { readonly [kind in FailureKind]: number } = {
  step: 1,
  network: 1,
  disk: 1,
  usage: 2,
  configuration: 2,
  'no-executor': 3,
  'wrong-bytes': 4,
  interrupted: 130,
};

/** The process exit code for a kind of failure. */
export function exitCodeOf(kind: FailureKind): number {
  return EXIT_CODES[kind];
}

/** For the `default` of a switch over a union: a new member that was not handled fails to compile. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
