import type { Failure, Place } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';

function wrong(place: Place, message: string, hint: string): Failure {
  return { kind: 'configuration', message, place, hint };
}

/** `directory` as a person named it. */
export function noProductFile(directory: string): Failure {
  return {
    kind: 'usage',
    message: `There is no rancheros.yaml in ${quoted(directory)}.`,
    hint: 'Name the directory of a project with --project, or write its rancheros.yaml.',
  };
}

// Overlays. `file` is where it lies, `path` where it goes.

export function noOverlay(place: Place, path: string, isThere: boolean): Failure {
  return wrong(
    place,
    isThere ? `${quoted(path)} is not a directory.` : `There is no directory ${quoted(path)}.`,
    'Name a directory beside rancheros.yaml whose files are laid over the system, or make it.',
  );
}

export function overlayUnreadable(file: string): Failure {
  return wrong({ file }, 'This directory of an overlay cannot be read.', 'Give this user the right to read it.');
}

export function linkLeavesOverlay(file: string, target: string): Failure {
  return wrong(
    { file },
    `This link leads out of its overlay, to ${quoted(target)}.`,
    'Let it lead to a path of the running system, such as /etc/hostname, or put the file itself here.',
  );
}

/** `kind` is what lies there, with its article. */
export function notForAnOverlay(file: string, kind: string): Failure {
  return wrong({ file }, `This is ${kind}; an overlay has files, directories and links.`, 'Take it out.');
}

export function overlayFileWithBits(file: string, path: string, mode: number): Failure {
  const text = mode.toString(8).padStart(4, '0');
  return wrong(
    { file },
    `This file has the mode ${text}: setuid, setgid and sticky bits of a checkout go into no system.`,
    `Run \`chmod ug-s,-t\` on it. If they are meant, say so in the file beside the overlay: modes: {${path}: "${text}"}.`,
  );
}

// Services.

export function noServiceFile(place: Place, path: string): Failure {
  return wrong(
    place,
    `There is no file ${quoted(path)}.`,
    'Write it: a mapping from names to services, as in Compose.',
  );
}

// Kernel arguments.

export function kernelWordUnfit(place: Place, word: string): Failure {
  return wrong(
    place,
    `${quoted(word)} would not reach the kernel as it stands here: boot loaders read blanks, quotes, backslashes and \${ themselves.`,
    'Write each argument as an item of its own, and a list as rancher.x=[a,b].',
  );
}

export function kernelWordOurs(place: Place, word: string): Failure {
  return wrong(
    place,
    `The pipeline sets the kernel argument ${quoted(word)} itself.`,
    'Take it out. A single target says more with `append`, a machine with `ros install -a`.',
  );
}

export function kernelWordsTooLong(place: Place, length: number, most: number): Failure {
  return wrong(
    place,
    `The kernel arguments have ${length} characters; more than ${most} leave the boot loaders no room.`,
    'Put configuration into the cloud-config.',
  );
}
