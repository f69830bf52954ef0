import type { Failure } from '../core/failure.ts';
import type { PackagePin } from '../core/step.ts';
import type { Attempt } from './source-health.ts';
import { attemptsText, kindOf } from './verified-download.ts';

// Downloads.

/** A locked package that the archives no longer have. */
export function packageGone(pin: PackagePin, attempts: readonly Attempt[]): Failure {
  return {
    kind: 'network',
    message: `The locked package ${packageText(pin)} is no longer in the archive.`,
    evidence: attemptsText(attempts),
    hint: 'Run `npm run pins -- update` to lock its successor, or name a mirror that still has it with --mirror.',
  };
}

export function packageNotFetched(pin: PackagePin, attempts: readonly Attempt[]): Failure {
  const kind = kindOf(attempts);
  return {
    kind,
    message:
      kind === 'wrong-bytes'
        ? `No source gave the locked bytes of the package ${packageText(pin)}.`
        : `The package ${packageText(pin)} could not be fetched.`,
    evidence: attemptsText(attempts),
    hint: 'Name another mirror with --mirror or RANCHEROS_DEBIAN_MIRROR, or try again later.',
  };
}

export function pinnedFileNotFetched(name: string, attempts: readonly Attempt[]): Failure {
  const kind = kindOf(attempts);
  return {
    kind,
    message: kind === 'wrong-bytes' ? `No address gave the pinned bytes of ${name}.` : `${name} could not be fetched.`,
    evidence: attemptsText(attempts),
    hint: 'Correct the pin, add an address that has the file, or try again later.',
  };
}

function packageText({ name, version, arch }: PackagePin): string {
  return `${name} ${version} (${arch})`;
}

// Files of the project.

export function notInProject(path: string): Failure {
  return {
    kind: 'configuration',
    message: `The project has no ${path}.`,
    place: { file: path },
    hint: 'Add it, or correct the path in the target that names it.',
  };
}

export function outsideProject(path: string): Failure {
  return {
    kind: 'configuration',
    message: `The input ${path} lies outside the project.`,
    place: { file: path },
    hint: 'Name a path below the top of the project in the target that names it.',
  };
}

export function changedWhileRead(path: string): Failure {
  return {
    kind: 'configuration',
    message: `${path} changed while it was read.`,
    place: { file: path },
    hint: 'Run the same command again.',
  };
}

/** A socket, a device and the like. */
export function notAFileToTake(path: string): Failure {
  return {
    kind: 'configuration',
    message: `${path} is neither a file, a directory nor a symbolic link.`,
    place: { file: path },
    hint: 'Remove it.',
  };
}
