import type { Failure } from '../../core/failure.ts';
import { quoted } from '../../core/quoted.ts';

function wrong(message: string, hint: string): Failure {
  return { kind: 'configuration', message, hint };
}

/** A file of the tree; its path has no leading slash. */
interface TreeFile {
  readonly path: string;
  readonly owner: string;
}

function nameOf({ path, owner }: TreeFile): string {
  return `/${path} of ${owner}`;
}

const ADD_PACKAGE = 'Add the package that has it to the set, or drop the program.';

/** `difference` says in what the two are not equal. */
export function pathInTwoLayers(
  path: string,
  layers: readonly [string, string],
  difference: string | undefined,
): Failure {
  return wrong(
    `/${path} is in the layers ${layers.join(' and ')}: ${difference ?? 'the same thing twice'}.`,
    'Drop it from one layer, or name it under "replaces".',
  );
}

export function programOfOtherMachine(
  file: TreeFile,
  { machine, bits }: { readonly machine: number; readonly bits: number },
): Failure {
  return wrong(
    `${nameOf(file)} is a program for another machine (ELF machine ${machine}, ${bits} bits).`,
    'Take the package of this architecture, or drop the program.',
  );
}

export function librariesMissing(file: TreeFile, libraries: readonly string[]): Failure {
  return wrong(`${nameOf(file)} needs ${libraries.join(', ')}, which the tree does not have.`, ADD_PACKAGE);
}

export function loaderMissing(file: TreeFile, loader: string): Failure {
  return wrong(`${nameOf(file)} is started by ${loader}, which the tree does not have.`, ADD_PACKAGE);
}

export function interpreterMissing(interpreter: string, scripts: readonly TreeFile[]): Failure {
  const examples = scripts.slice(0, 3).map(nameOf).join(', ');
  return wrong(
    `The tree has no /${interpreter}, which runs ${scripts.length} of its scripts: ${examples}${scripts.length > 3 ? ', …' : ''}.`,
    ADD_PACKAGE,
  );
}

export function linkDangles(file: TreeFile, target: string): Failure {
  return wrong(
    `${nameOf(file)} is a link to ${target}, which the tree does not have.`,
    'Add what it points to, drop it, or name it under "danglingLinks".',
  );
}

export function pathOfScriptMissing(path: string): Failure {
  return wrong(
    `The tree has no /${path}, which a maintainer script would have made.`,
    'Make it, or correct pipeline/recipes/effects.ts.',
  );
}

/** A line of a file by which a package asks for users, directories and the like. */
export function declarationUnhandled(file: TreeFile, line: string): Failure {
  return wrong(
    `${nameOf(file)} asks for something that nothing here makes: ${quoted(line)}.`,
    'Make it (an overlay, a directory, an effect), then name the line under "handled".',
  );
}

export function moreTroubles(count: number): Failure {
  return wrong(`There are ${count} more troubles with this tree.`, 'Mend those above first.');
}
