import type { Failure } from '../core/failure.ts';
import { DISK_FULL } from '../host/disk-failure.ts';

const USER_NAMESPACES =
  'allow unprivileged user namespaces (Ubuntu 24.04 and later: `sysctl kernel.apparmor_restrict_unprivileged_userns=0` or an AppArmor profile for bwrap; older Debian: `sysctl kernel.unprivileged_userns_clone=1`; in a container: `--security-opt seccomp=unconfined`)';
const DAEMON = 'start a Docker daemon on a local socket that this user may open';
const SECOND_BEST = `${USER_NAMESPACES}, or ${DAEMON}`;

/** Why one executor cannot be used: its name for a person, and what was seen. */
export interface Obstacle {
  readonly what: string;
  readonly cause: string;
}

// Which executor was chosen, one sentence each: what, why, and how to get a better one.

export function runsInBubblewrap(isAskedFor: boolean): string {
  return isAskedFor
    ? 'Tools run in bubblewrap, as asked for: no executor isolates better or starts faster.'
    : 'Tools run in bubblewrap, the first choice, which works here: no executor isolates better or starts faster.';
}

export function runsInDocker(socket: string, obstacles: readonly Obstacle[]): string {
  const why = obstacles.length === 0 ? 'as asked for' : `as ${obstaclesText(obstacles)}`;
  const better = obstacles.length === 0 ? 'try --executor bwrap' : USER_NAMESPACES;
  return `Tools run in containers of the Docker daemon at ${socket}, ${why}; for bubblewrap, which starts faster, ${better}.`;
}

export function runsUnisolated(obstacles: readonly Obstacle[]): string {
  const why = obstacles.length === 0 ? 'as asked for' : `as ${obstaclesText(obstacles)}`;
  const better = obstacles.length === 0 ? 'leave out --executor none' : SECOND_BEST;
  return `Tools run WITHOUT isolation, ${why}: what they make is not fit for a release; to isolate them, ${better}.`;
}

function obstaclesText(obstacles: readonly Obstacle[]): string {
  return obstacles.map(({ what, cause }) => `${what} says ${JSON.stringify(oneLine(cause))}`).join(' and ');
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

// What stops a build before a tool runs.

export function cannotIsolate({ what, cause }: Obstacle, name: string): Failure {
  return {
    kind: 'no-executor',
    message: `${what} cannot run tools here.`,
    evidence: cause.trim(),
    hint:
      name === 'bwrap'
        ? `Leave out --executor for another way, or ${USER_NAMESPACES}.`
        : `Leave out --executor for another way, or ${DAEMON}.`,
  };
}

/** `evidence`: why nothing isolates here. */
export function unfitForRelease(evidence: string): Failure {
  return {
    kind: 'no-executor',
    message: 'Steps would run without isolation, which is not fit for a release.',
    evidence: evidence.trim(),
    hint: `Build a -dev version, or ${SECOND_BEST}.`,
  };
}

// Tools and writers.

interface EndedTool {
  readonly title: string;
  /** The command line, and the last words of the tool. */
  readonly evidence: string;
}

export function toolTookTooLong({ title, evidence }: EndedTool, seconds: number): Failure {
  return {
    kind: 'step',
    message: `The step "${title}" took longer than its ${seconds} s and was killed.`,
    evidence,
    hint: 'Run the same command again when this machine has less to do, or raise `seconds` of its limits.',
  };
}

export function toolWasKilled({ title, evidence }: EndedTool, signal: string): Failure {
  return {
    kind: 'step',
    message: `The step "${title}" was killed by ${signal}.`,
    evidence,
    hint:
      signal === 'SIGKILL'
        ? 'The kernel may have run out of memory: see `dmesg`.'
        : 'See what stands above, then run the same command again with --keep-failed.',
  };
}

export function toolIsMissing({ title, evidence }: EndedTool): Failure {
  return {
    kind: 'step',
    message: `The step "${title}" could not be started (exit code 127: a program or a library of it is missing from the tool image).`,
    evidence,
    hint: 'Check the package sets in targets/packages.yaml.',
  };
}

export function toolFailed({ title, evidence }: EndedTool, code: number | undefined): Failure {
  return {
    kind: 'step',
    message: `The step "${title}" failed with exit code ${code}.`,
    evidence,
    hint: 'Run the same command again with --keep-failed to keep what the step left, or open `npm run shell` on it.',
  };
}

export function toolFilledDisk({ title, evidence }: EndedTool): Failure {
  return { kind: 'disk', message: `The step "${title}" failed: the disk is full.`, evidence, ...DISK_FULL };
}

export function writerTookTooLong(title: string, seconds: number): Failure {
  return {
    kind: 'step',
    message: `The step "${title}" took longer than its ${seconds} s.`,
    hint: 'Run the same command again when this machine has less to do, or raise `seconds` of its limits.',
  };
}

export function writerFilledDisk(): Failure {
  return { kind: 'disk', message: 'The disk is full.', ...DISK_FULL };
}

/** `evidence`: where the bytes end, or why the file cannot be opened. */
export function inputIsShort(title: string, input: string, file: string, evidence: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: `The step "${title}" cannot read its input "${input}" to the end: it is not what the store had.`,
    place: { file },
    evidence,
    hint: 'Build again with --paranoid, which looks at every stored file before it is used.',
  };
}

/** A note. `changed`: the first file that is not as it was unpacked. */
export function toolImageChanged(folder: string, changed: string): string {
  return `The unpacked tool image ${folder} was changed (${changed} is not as it was unpacked), and has been unpacked anew before any of its tools ran.`;
}

// The Docker daemon.

/** `said`: the daemon's answer to the import. */
export function daemonTookOtherImage(socket: string, digest: string, said: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: `The Docker daemon at ${socket} does not have the tool image ${digest} after it was imported.`,
    evidence: said.trim(),
    hint: 'Try --executor bwrap, or look into the log of the daemon.',
  };
}

export function daemonFailed(socket: string, title: string, said: string): Failure {
  return {
    kind: 'no-executor',
    message: `The Docker daemon at ${socket} could not run the step "${title}".`,
    evidence: said.trim(),
    hint: 'See whether `docker info` answers, then run the same command again, or leave out --executor docker.',
  };
}

export function daemonSeesNoPath(socket: string, path: string): Failure {
  return {
    kind: 'no-executor',
    message: `The Docker daemon at ${socket} does not see ${path} of this machine: it runs in another mount namespace, or elsewhere.`,
    hint: 'Name a store with --cache that lies at the same path for the daemon, or use --executor bwrap.',
  };
}
