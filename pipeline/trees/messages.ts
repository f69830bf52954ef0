import type { Failure } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';

// Trees that lie over each other. Paths have no leading slash.

interface OwnedPath {
  readonly path: string;
  readonly owner: string;
}

/** `difference` says in what the two are not equal. */
export function pathOfTwo({ path, owner }: OwnedPath, later: string, difference: string): Failure {
  return {
    kind: 'configuration',
    message: `/${path} comes from ${owner} and from ${later}, and they differ: ${difference}.`,
    hint: 'Drop it from one of them, or name the path under "replaces" if the later one shall win.',
  };
}

export function belowNoDirectory(below: OwnedPath, above: OwnedPath & { readonly type: string }): Failure {
  return {
    kind: 'configuration',
    message: `/${below.path} of ${below.owner} lies below /${above.path}, which is a ${above.type} of ${above.owner}.`,
    hint: 'Drop one of the two.',
  };
}

// Archives. `what` names one: `package curl`, `layer base`.

function damaged(message: string): Failure {
  return { kind: 'wrong-bytes', message, hint: 'Take another version of it, or make it anew.' };
}

export function memberTwice(what: string, path: string): Failure {
  return damaged(`${what} has two members ${quoted(path)}.`);
}

export function memberThroughFile(
  what: string,
  path: string,
  through: { readonly path: string; readonly type: string },
): Failure {
  return damaged(`${what} puts ${quoted(path)} through ${quoted(through.path)}, which is a ${through.type} in it.`);
}

export function linkToNoFile(what: string, path: string, target: string | undefined): Failure {
  return damaged(`${what} has a hard link ${quoted(path)} to ${quoted(target ?? '')}, which is no earlier file in it.`);
}

export function linkLeavesTree(what: string, path: string, target: string | undefined): Failure {
  return damaged(
    `${what} has a symbolic link ${quoted(path)} that leaves the tree: it points to ${quoted(target ?? '')}.`,
  );
}

export function notADebianPackage(what: string): Failure {
  return damaged(`${what} is no Debian package of format 2: it does not begin with "debian-binary".`);
}

export function notForAPackage(what: string, type: string, path: string): Failure {
  return damaged(`${what} has a ${type} ${quoted(path)}; packages have no such members.`);
}

export function compressionUnknown(what: string, member: string): Failure {
  return damaged(`${what} has ${quoted(member)}: this compression is not supported, Debian 13 uses xz.`);
}

export function packageLacksMember(what: string, member: string): Failure {
  return damaged(`${what} has no ${member}.`);
}

export function controlLacksField(what: string, field: string): Failure {
  return damaged(`${what} has a control file without ${field}.`);
}

export function notText(what: string): Failure {
  return damaged(`${what} is not UTF-8 text.`);
}
