import type { Failure } from '../../core/failure.ts';

function wrong(message: string, hint: string): Failure {
  return { kind: 'configuration', message, hint };
}

// Paths are those of the archive, without a leading slash. An owner is what brings a file.

export function modeWithoutFile(path: string): Failure {
  return wrong(`There is a mode for ${path}, but no input file/${path}.`, 'Correct the path, or take the mode out.');
}

export function fileTooLargeForCpio(path: string, owner: string, size: number): Failure {
  return wrong(
    `/${path} of ${owner} has ${size} bytes; a cpio archive holds files below 4 GiB only.`,
    'Leave it out of the initrd.',
  );
}

export function attributesInCpio(path: string, owner: string, names: readonly string[]): Failure {
  return wrong(
    `/${path} of ${owner} has extended attributes, which a cpio archive cannot hold: ${names.join(', ')}.`,
    'Leave it out of the initrd, or take its attributes away.',
  );
}
