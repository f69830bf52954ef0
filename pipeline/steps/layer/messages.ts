import type { Failure } from '../../core/failure.ts';
import { quoted } from '../../core/quoted.ts';

function wrong(message: string, hint: string): Failure {
  return { kind: 'configuration', message, hint };
}

// Paths are those of the tree, without the leading slash. An owner is a package or an overlay.

export function otherPackage(input: string, found: string): Failure {
  return wrong(`The input package/${input} is the package ${found}.`, 'Name the input by the package that it is of.');
}

export function notForALayer(owner: string, type: string, path: string): Failure {
  return wrong(
    `The ${owner} holds a ${type}, /${path}.`,
    'A layer holds files, directories and symbolic links: drop it.',
  );
}

export function ruleUnused(owner: string, pattern: string): Failure {
  return wrong(
    `The ${owner} has a rule for ${quoted(pattern)}, which matches nothing in it.`,
    'Correct the path of the rule, or take the rule out.',
  );
}

export function modeOfNothing(path: string): Failure {
  return wrong(
    `The modes of this layer name /${path}, which it does not have.`,
    'Correct the path, or take the mode out.',
  );
}

export function modeOfLink(path: string): Failure {
  return wrong(
    `The modes of this layer give /${path} a mode, but it is a symbolic link.`,
    'Name what the link leads to.',
  );
}

export function noCertificates(): Failure {
  return wrong(
    'The effect ca-bundle finds no certificates in this layer.',
    'Put the package ca-certificates into the same layer.',
  );
}

export function notACertificate(path: string, owner: string): Failure {
  return wrong(`/${path} of ${owner} is no PEM certificate.`, 'Drop it, or replace it by one.');
}

export function shellMissing(path: string): Failure {
  return wrong(
    `The effect shells names /${path}, which the layer does not have.`,
    'Add the package that has it, or take the shell out of the effect.',
  );
}

// Accounts. A path is that of a table, such as etc/passwd; lines are those of it.

export function accountFileMissing(path: string): Failure {
  return wrong(`The effect accounts finds no /${path} in this layer.`, 'Lay the table into the same layer.');
}

export function groupMissing(user: string, group: string): Failure {
  return wrong(
    `The user ${quoted(user)} has the group ${quoted(group)}, which /etc/group does not have.`,
    'Declare it under "groups" in targets/scripts.yaml.',
  );
}

export function numberTaken(path: string, name: string, other: string, number: string): Failure {
  return wrong(
    `${quoted(name)} has the number ${number} in /${path}, and so has ${quoted(other)}.`,
    'Give it another number in targets/scripts.yaml.',
  );
}

export function accountDiffers(path: string, found: string, wanted: string): Failure {
  return wrong(
    `/${path} has ${quoted(found)}, and targets/scripts.yaml declares ${quoted(wanted)}.`,
    'Make the two agree.',
  );
}
