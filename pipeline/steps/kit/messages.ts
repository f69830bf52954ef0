import type { Failure } from '../../core/failure.ts';
import { quoted } from '../../core/quoted.ts';

// What steps of few failures say. Sizes of disks are in MiB, all others in bytes.

function wrong(message: string, hint: string): Failure {
  return { kind: 'configuration', message, hint };
}

export function notWholeGib(sizeMiB: number): Failure {
  return wrong(
    `Google Compute Engine takes disks of whole GiB, and this one has ${sizeMiB} MiB.`,
    'Give the target a sizeMiB that is a multiple of 1024.',
  );
}

export function tooLargeForVhd(sizeMiB: number, most: number): Failure {
  return wrong(
    `A VHD holds at most ${most} MiB, and this disk has ${sizeMiB} MiB.`,
    'Give the target a smaller sizeMiB, or make a VHDX of it.',
  );
}

export function stateOfDiskTooSmall(stateMiB: number): Failure {
  return wrong(`The state of a disk has at least 64 MiB, not ${stateMiB}.`, 'Give the target a larger stateMiB.');
}

export function stateOfCardUnfit(stateMiB: number): Failure {
  return wrong(
    `The state of a card has a multiple of 4 MiB, and at least 64, not ${stateMiB}.`,
    'Give the target another stateMiB.',
  );
}

export function commandLineTooLong(length: number, most: number): Failure {
  return wrong(
    `The kernel's command line has ${length} characters; less than ${most} fit.`,
    'Give the target fewer kernel arguments.',
  );
}

export function fileTooLargeForZip(name: string, size: number): Failure {
  return wrong(
    `${quoted(name)} has ${size} bytes; a ZIP that everybody can read holds files below 4 GiB.`,
    'Make the disk smaller, or pack it in another way.',
  );
}

const AGAIN = 'Run the same command with --paranoid: it makes anew what is damaged.';

/** `content` is what is written into the partition. */
export function notOfPlannedSize(content: 'boot' | 'state', size: number, partition: number): Failure {
  return {
    kind: 'wrong-bytes',
    message: `The ${content} file system has ${size} bytes; its partition has ${partition}.`,
    hint: AGAIN,
  };
}

export function inputEndsEarly(input: string, end: number): Failure {
  return {
    kind: 'wrong-bytes',
    message: `The input ${quoted(input)} ends before byte ${end}, which a piece goes on to.`,
    hint: AGAIN,
  };
}
