import { targetFiles } from 'targets:all';
import { nearestName } from '../config/nearest-name.ts';
import { BuildError, type Failure } from '../core/failure.ts';
import type { Target } from '../core/target.ts';
import type { BuildContext } from '../recipes/context.ts';
import * as messages from './messages.ts';
import { sameReleaseFile, sameTargetName } from './release-messages.ts';

/** A target and the file that declares it, relative to the project. */
export interface DeclaredTarget extends Target<BuildContext> {
  readonly file: string;
}

/** Every target of this repository and of a project, sorted by name. No two have a name or a release file in common. */
export function allTargets(own: readonly DeclaredTarget[] = []): readonly DeclaredTarget[] {
  const declared = [...targetFiles.map(({ file, target }) => ({ ...target, file })), ...own];
  demandDistinct(declared, ({ name }) => [name], sameTargetName);
  demandDistinct(declared, ({ files }) => Object.keys(files), sameReleaseFile);
  return declared.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function demandDistinct(
  targets: readonly DeclaredTarget[],
  wordsOf: (target: DeclaredTarget) => readonly string[],
  failure: (word: string, file: string, other: string) => Failure,
): void {
  const seen = new Map<string, string>();
  for (const target of targets) {
    for (const word of wordsOf(target)) {
      const other = seen.get(word);
      if (other) throw new BuildError(failure(word, target.file, other));
      seen.set(word, target.file);
    }
  }
}

/** The targets that a person names, each once, in the order of the list. */
export function chosenTargets(names: readonly string[], all: readonly DeclaredTarget[]): readonly DeclaredTarget[] {
  const known = all.map((target) => target.name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new BuildError(messages.noSuchTarget(name, known, nearestName(name, known)));
  }
  return all.filter((target) => names.includes(target.name));
}

/** What is said where a command needs a target and none was named. */
export function noTargetNamed(example: string, { all = allTargets(), more = '' } = {}): BuildError {
  const known = all.map(({ name }) => name);
  return new BuildError(messages.noTarget(example, known, more));
}
