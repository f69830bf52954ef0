import type { Failure } from '../core/failure.ts';

export function diskTooSmall(sizeMiB: number, smallestMiB: number): Failure {
  return {
    kind: 'configuration',
    message: `A disk of ${sizeMiB} MiB is smaller than its content: ${smallestMiB} MiB.`,
    hint: 'Give it a larger sizeMiB in the target, or less to carry.',
  };
}

/** All sizes in bytes. */
function notAsPlanned(message: string): Failure {
  return { kind: 'wrong-bytes', message, hint: 'Run the same command with --paranoid: it makes anew what is damaged.' };
}

export function bootNotOfPlannedSize(size: number, planned: number): Failure {
  return notAsPlanned(`The boot file system has ${size} bytes; its partition has ${planned}.`);
}

export function stateTooLarge(size: number, planned: number): Failure {
  return notAsPlanned(`The state file system has ${size} bytes; ${planned} were planned.`);
}

export function argumentFileOfOtherSize(file: string, size: number, planned: number): Failure {
  return notAsPlanned(`/${file} of the boot file system has ${size} bytes, not ${planned}.`);
}

export function inputTooLarge(input: string, size: number): Failure {
  return notAsPlanned(`${input} has ${size} bytes, more than belong into this place of a disk.`);
}

export function planTooLarge(size: number): Failure {
  return notAsPlanned(`The plan of the disk has ${size} bytes, more than a plan takes.`);
}
