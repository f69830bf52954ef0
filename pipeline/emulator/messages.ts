import type { Failure } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';

// What a machine is made of.

export function notAnAccelerator(word: string): Failure {
  return {
    kind: 'usage',
    message: `RANCHEROS_ACCEL takes kvm, tcg or auto, not ${quoted(word)}.`,
    hint: 'Set it to one of these, or leave it out.',
  };
}

export function noSuchFirmware(board: string, firmware: string): Failure {
  return {
    kind: 'usage',
    message: `The machine ${quoted(board)} has no ${firmware} firmware.`,
    hint: 'Give it a kernel instead.',
  };
}

/** `evidence` is what the program that unpacks says. */
export function imageNotUnpacked(image: string, evidence: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: 'The disk image cannot be unpacked.',
    place: { file: image },
    evidence,
    hint: 'Run `npm run verify`: it says whether the file is damaged. A full disk ends it too.',
  };
}

/** `missing` is the file that holds the kernel arguments of an installed disk. */
export function notAnInstalledDisk(disk: string, missing: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: `This is no installed disk: it has no ${missing}.`,
    place: { file: disk },
    hint: 'Leave out --append, or boot a disk image of a release.',
  };
}

// QEMU's monitor.

const SEE_QEMU = 'Start the same machine with `npm run boot`: what QEMU says is shown there.';

/** `meaning` is what the event says. */
export function machineOffBeforeEvent(meaning: string): Failure {
  return { kind: 'step', message: `${meaning} did not happen: the machine was switched off.`, hint: SEE_QEMU };
}

export function eventNotTold(meaning: string, event: string, seconds: number): Failure {
  return {
    kind: 'step',
    message: `${meaning} did not happen: QEMU did not tell ${event} within ${seconds} seconds.`,
    hint: SEE_QEMU,
  };
}

export function monitorRefused(command: string, answer: string | undefined): Failure {
  return { kind: 'step', message: `QEMU refused ${command}: ${answer ?? 'no reason given'}.`, hint: SEE_QEMU };
}

export function monitorGone(command: string): Failure {
  return { kind: 'step', message: `QEMU ended before it answered ${command}.`, hint: SEE_QEMU };
}

// The serial console. `tail` is the end of what it showed.

const SEE_CONSOLE = 'The lines above are the last of its console.';

/** `meaning` is what was waited for; `why` says what ended the wait, without a full stop. */
export function notShown(meaning: string, why: string, tail: string): Failure {
  return {
    kind: 'step',
    message: `The machine did not show ${meaning}: ${why}.`,
    evidence: tail,
    hint: SEE_CONSOLE,
  };
}

export function typingDamaged(command: string, attempts: number, tail: string): Failure {
  return {
    kind: 'step',
    message: `The serial line lost characters ${attempts} times while this was typed: ${quoted(command)}.`,
    evidence: tail,
    hint: 'Run it again when this machine has less to do.',
  };
}

export function outputDamaged(command: string, attempts: number, tail: string): Failure {
  return {
    kind: 'step',
    message: `The serial line damaged the output of ${quoted(command)} ${attempts} times.`,
    evidence: tail,
    hint: 'Run it again when this machine has less to do.',
  };
}

export function outputNotKept(command: string, tail: string): Failure {
  return {
    kind: 'step',
    message: `The machine has no room to keep the output of ${quoted(command)}.`,
    evidence: tail,
    hint: 'Give it more memory, or a larger disk.',
  };
}

/** `words` is what the command printed. */
export function guestCommandFailed(
  command: string,
  { code, words }: { readonly code: number; readonly words: string },
  tail: string,
): Failure {
  return {
    kind: 'step',
    message: `In the machine, ${quoted(command)} ended with ${code}: ${words}.`,
    evidence: tail,
    hint: SEE_CONSOLE,
  };
}
