import type { Failure, Place, Remedy } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';
import { shellWord } from '../core/shell-word.ts';

const LOCK = 'targets/packages.lock.json';

function usage(message: string, hint: string): Failure {
  return { kind: 'usage', message, hint };
}

function wrongTarget(file: string, message: string, hint: string): Failure {
  return { kind: 'configuration', message, place: { file }, hint };
}

/** The first lines of a list, and how many more there are. */
function firstOf(lines: readonly string[], most: number): string {
  const more = lines.length > most ? [`and ${lines.length - most} more`] : [];
  return [...lines.slice(0, most), ...more].join('\n');
}

// Targets: what their files say, and what they make.

export function sameTargetName(name: string, file: string, other: string): Failure {
  return wrongTarget(file, `The target name ${quoted(name)} stands in ${other} too.`, 'Rename one of the two.');
}

export function sameReleaseFile(path: string, file: string, other: string): Failure {
  return wrongTarget(file, `The release file ${quoted(path)} stands in ${other} too.`, 'Rename one of the two.');
}

interface AboutTarget {
  readonly name: string;
  /** The file that declares it. */
  readonly file: string;
}

export function noSuchProcessor({ name, file }: AboutTarget, arch: string, known: readonly string[]): Failure {
  return wrongTarget(
    file,
    `The target ${quoted(name)} is for the processor ${quoted(arch)}.`,
    `Choose one of ${known.join(', ')}.`,
  );
}

export function notAReleasePath({ file }: AboutTarget, path: string): Failure {
  return wrongTarget(
    file,
    `${quoted(path)} is no path below a version's directory.`,
    'Write it like vmware/rancheros.iso.',
  );
}

export function targetMakesNothing({ name, file }: AboutTarget, paths: readonly string[]): Failure {
  return wrongTarget(
    file,
    `The target ${quoted(name)} makes nothing for ${paths.join(', ')}.`,
    'The `make` of a file returns the artifact of its step; `npm run check` says where it does not.',
  );
}

export function filesNotDescribed({ name, file }: AboutTarget, paths: readonly string[]): Failure {
  return wrongTarget(
    file,
    `No recipe says what these files of the target ${quoted(name)} are: ${paths.join(', ')}.`,
    'Give `make` what a recipe of pipeline/index.ts returns, or let the recipe call `context.describe`.',
  );
}

export function targetNotRead(place: Place, trouble: string): Failure {
  return {
    kind: 'configuration',
    message: `This target file cannot be read: ${trouble.replace(/\.$/, '')}.`,
    place,
    hint: 'Correct the line; the other targets can be built meanwhile.',
  };
}

export function noTargetIn(file: string): Failure {
  return wrongTarget(
    file,
    'This file exports no target.',
    'Write `export default defineTarget({ name, arch, summary, parts, files })`; a name has small letters, digits, dots, dashes and underscores.',
  );
}

/** The first line of a stack that is in a file of a target, which a stack names by its whole path. */
function lineIn(stack: string, file: string): Pick<Place, 'line' | 'column'> {
  const name = file.split('/').slice(-2).join('/');
  const at = stack.indexOf(`/${name}:`);
  const [, line, column] = at < 0 ? [] : (/^:(\d+):(\d+)/.exec(stack.slice(at + 1 + name.length)) ?? []);
  return line === undefined ? {} : { line: Number(line), column: Number(column) };
}

/** A bug of the target's own file, or of a recipe that it calls. */
export function targetBroke({ name, file }: AboutTarget, stack: string): Failure {
  return {
    kind: 'configuration',
    message: `The target ${quoted(name)} broke while it was read.`,
    place: { file, ...lineIn(stack, file) },
    evidence: stack,
    hint: 'Mend the first file of the project that the lines above name.',
  };
}

export function noSuchYamlFile(file: string, known: readonly string[]): Failure {
  return {
    kind: 'configuration',
    message: `A target asks for ${file}, which does not exist.`,
    hint: `There are: ${known.join(', ')}.`,
  };
}

export function someTargetsFailed(failed: readonly string[], all: number, published: string): Failure {
  return {
    kind: 'step',
    message: `${failed.length} of ${all} targets failed: ${failed.join(', ')}. The others lie in ${published}.`,
    hint: 'Mend what is told below, then run the same command again: what was built is kept.',
  };
}

// Releases and plans.

export function twoVersionsWanted(): Failure {
  return usage('Two versions are wanted.', 'Name them as they lie below dist/os: `npm run diff -- v1.5.8 v1.5.9`.');
}

/** `isPlanToo` where a plan would do as well as a version. */
export function noSuchRelease(version: string, file: string, isPlanToo = false): Failure {
  return {
    kind: 'usage',
    message: `There is no release ${quoted(version)}.`,
    place: { file },
    hint: otherRelease(isPlanToo),
  };
}

export function manifestUnreadable(file: string, isPlanToo = false): Failure {
  return {
    kind: 'usage',
    message: 'The manifest of this release cannot be read.',
    place: { file },
    hint: otherRelease(isPlanToo),
  };
}

function otherRelease(isPlanToo: boolean): string {
  return isPlanToo
    ? 'Name a version below --dist, or a file that `npm run -s plan -- TARGET --json` printed.'
    : 'Name a version below --dist.';
}

export function notAPlan(file: string): Failure {
  return {
    kind: 'usage',
    message: 'This file is no plan.',
    place: { file },
    hint: 'Make one: `npm run -s plan -- TARGET --json >FILE`.',
  };
}

export function buildNotRemembered(version: string, file: string, sources: string): Failure {
  return {
    kind: 'usage',
    message: `This store does not remember the build of ${version}.`,
    place: { file },
    evidence: `its sources: ${sources}`,
    hint: 'In a checkout of its commit, write a plan: `npm run -s plan -- TARGET --json >FILE`. Then name it: --since FILE.',
  };
}

/** `options` are further options of the build, as they were given to this command. */
export function targetNotBuilt(
  target: string,
  file: string,
  options: { readonly [name: string]: string | undefined } = {},
): Failure {
  const given = Object.entries(options).map(([name, value]) =>
    value === undefined ? '' : ` --${name} ${shellWord(value)}`,
  );
  return {
    kind: 'configuration',
    message: `The target ${quoted(target)} was not built yet.`,
    place: { file },
    hint: `Build it first: \`npm run build -- --target ${target}${given.join('')}\`.`,
  };
}

/** No archive could be asked whether the locked packages are the newest. */
export function currencyUnknown(trouble: string): Failure {
  return {
    kind: 'network',
    message: 'Whether security updates have superseded locked packages is not known: no index could be reached.',
    evidence: trouble,
    hint: 'Name a mirror with --mirror, or release without asking with --accept-stale.',
  };
}

/** `updates` has one line for each package. */
export function securityUpdatesMissing(updates: readonly string[]): Failure {
  return {
    kind: 'configuration',
    message: `Security updates have superseded ${updates.length} locked packages.`,
    place: { file: LOCK },
    evidence: firstOf(updates, 20),
    hint: 'Lock the newer ones with `npm run pins -- update`, or release these with --accept-stale.',
  };
}

const ALL_THE_SAME = 'release them all the same with --allow-dirty.';

/** `lines` are those of git's status. */
export function changesNotCommitted(lines: readonly string[]): Failure {
  return {
    kind: 'configuration',
    message: 'The project has changes that no commit holds. A release is made of a commit.',
    evidence: firstOf(lines, 10),
    hint: `Commit or stash them, or ${ALL_THE_SAME}`,
  };
}

export function gitNotAsked(trouble: string): Failure {
  return {
    kind: 'configuration',
    message:
      'Whether the project has changes that no commit holds is not known: git could not be asked. A release is made of a commit.',
    evidence: trouble,
    hint: `Build in a clone where git works, or ${ALL_THE_SAME}`,
  };
}

/** Sizes in words, such as `3.2 GB`. */
interface Room {
  readonly needed: string;
  readonly free: string;
}

/** `remedy` says whether the store or the releases would fill the disk. */
export function noRoom(place: string, { needed, free, remedy }: Room & { readonly remedy: Remedy }): Failure {
  return {
    kind: 'disk',
    message: `There is not enough room on the disk. This build takes about ${needed} in ${place}, and ${free} are free.`,
    place: { file: place },
    hint: 'Free some space, or build all the same with --ignore-space.',
    remedy,
  };
}
