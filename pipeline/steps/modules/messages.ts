import type { Failure } from '../../core/failure.ts';
import { quoted } from '../../core/quoted.ts';

export function noModules(directory: string): Failure {
  return {
    kind: 'configuration',
    message: `The kernel package has no modules below /${directory}.`,
    hint: 'Give the recipe the release of the kernel that the package holds.',
  };
}

/** Entries of a list of `kernel-configs`. */
export function entriesWithoutModules(release: string, entries: readonly string[]): Failure {
  return {
    kind: 'configuration',
    message: `The kernel ${release} has no modules for ${entries.map(quoted).join(', ')}.`,
    hint: 'Remove these entries from the list in kernel-configs/ or from rancheros.yaml: the kernel dropped them, renamed them, or has them built in.',
  };
}

const OTHER_PACKAGE = 'Lock another version of the kernel package: `npm run pins -- update`.';

export function moduleTwice(name: string, directory: string, paths: readonly [string, string]): Failure {
  return {
    kind: 'wrong-bytes',
    message: `The kernel package has two modules ${name} below /${directory}: ${paths.join(' and ')}.`,
    hint: OTHER_PACKAGE,
  };
}

export function neededModuleMissing(name: string, needed: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: `The module ${name} depends on ${needed}, which the kernel package does not have.`,
    hint: OTHER_PACKAGE,
  };
}
