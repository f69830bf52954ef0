import type { Failure } from '../core/failure.ts';
import { DISK_FULL } from './disk-full.ts';

// Programs of tool images.

const CHECK_SETS = 'Check the package sets in targets/packages.yaml, then run the same command again.';

/** `image` is the directory of the tool image. */
export function noDynamicLoader(image: string): Failure {
  return {
    kind: 'no-executor',
    message: 'The tool image has no dynamic loader.',
    place: { file: image },
    hint: CHECK_SETS,
  };
}

export function noProgram(image: string, program: string): Failure {
  return {
    kind: 'no-executor',
    message: `The tool image has no program ${program}.`,
    place: { file: image },
    hint: CHECK_SETS,
  };
}

export function programIsLoop(image: string, program: string): Failure {
  return {
    kind: 'step',
    message: `The program ${program} of the tool image is a loop of links.`,
    place: { file: image },
    hint: CHECK_SETS,
  };
}

// The disk of the machine that builds.

/** The remedy says which directory another one may be named for. */
export interface RefusedDirectory {
  readonly directory: string;
  /** What the system says. */
  readonly evidence: string;
  readonly remedy: 'move-store' | 'move-releases';
}

export function diskFull({ directory, evidence }: RefusedDirectory): Failure {
  return {
    kind: 'disk',
    message: 'The disk is full.',
    place: { file: directory },
    evidence,
    ...DISK_FULL,
  };
}

export function quotaUsedUp({ directory, evidence }: RefusedDirectory): Failure {
  return {
    kind: 'disk',
    message: 'The disk quota is used up.',
    place: { file: directory },
    evidence,
    ...DISK_FULL,
  };
}

export function fileTooLarge({ directory, evidence, remedy }: RefusedDirectory): Failure {
  return {
    kind: 'disk',
    message: 'A file would be larger than this user or file system allows.',
    place: { file: directory },
    evidence,
    hint: 'Raise `ulimit -f`, or use another directory.',
    remedy,
  };
}

export function fileInPlaceOfDirectory({ directory, evidence, remedy }: RefusedDirectory): Failure {
  return {
    kind: 'usage',
    message: 'A file exists where a directory is needed.',
    place: { file: directory },
    evidence,
    hint: 'Remove it, or use another directory.',
    remedy,
  };
}

/** The directory above is there: /proc and its like. */
export function directoryCannotBeMade({ directory, evidence, remedy }: RefusedDirectory): Failure {
  return {
    kind: 'usage',
    message: 'No directory can be made there.',
    place: { file: directory },
    evidence,
    hint: 'Use another directory.',
    remedy,
  };
}

export function readOnlyFileSystem({ directory, evidence, remedy }: RefusedDirectory): Failure {
  return {
    kind: 'disk',
    message: 'The file system is read-only.',
    place: { file: directory },
    evidence,
    hint: 'Use a writable directory.',
    remedy,
  };
}

export function writingForbidden({ directory, evidence, remedy }: RefusedDirectory): Failure {
  return {
    kind: 'disk',
    message: 'This user may not write to the directory.',
    place: { file: directory },
    evidence,
    hint: 'Change its owner, or use a directory of your own.',
    remedy,
  };
}
