import { targetFiles } from 'targets:all';
import { nearestName } from '../config/nearest-name.ts';
import { BuildError } from '../core/failure.ts';
import type { Target } from '../core/target.ts';
import type { BuildContext } from '../recipes/context.ts';

/** A target and the file that declares it, relative to the project. */
export interface DeclaredTarget extends Target<BuildContext> {
  readonly file: string;
}

/** Every target of the project, sorted by name. No two have a name or a release file in common. */
export function allTargets(): readonly DeclaredTarget[] {
  const declared = targetFiles.map(({ file, target }) => ({ ...target, file }));
  demandDistinct(declared, 'target name', ({ name }) => [name]);
  demandDistinct(declared, 'release file', ({ files }) => Object.keys(files));
  return declared.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function demandDistinct(
  targets: readonly DeclaredTarget[],
  what: string,
  wordsOf: (target: DeclaredTarget) => readonly string[],
): void {
  const seen = new Map<string, string>();
  for (const target of targets) {
    for (const word of wordsOf(target)) {
      const other = seen.get(word);
      if (other)
        throw new BuildError({
          kind: 'configuration',
          message: `The ${what} "${word}" stands in ${other} too.`,
          place: { file: target.file },
        });
      seen.set(word, target.file);
    }
  }
}

/** The targets that a person names, each once, in the order of the list. */
export function chosenTargets(names: readonly string[], all: readonly DeclaredTarget[]): readonly DeclaredTarget[] {
  const known = all.map((target) => target.name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new BuildError({
      kind: 'usage',
      message: `There is no target "${name}".`,
      hint: `${likelyMeant(name, known)}Targets: ${known.join(', ')}.`,
    });
  }
  return all.filter((target) => names.includes(target.name));
}

/** What is said where a command needs a target and none was named. */
export function noTarget(example: string, more = ''): BuildError {
  return new BuildError({
    kind: 'usage',
    message: 'No target was named.',
    hint: `Try: ${example}. Targets: ${allTargets()
      .map(({ name }) => name)
      .join(', ')}${more}.`,
  });
}

function likelyMeant(name: string, known: readonly string[]): string {
  const listed = name.split(/[\s,]+/).filter(Boolean);
  if (listed.length > 1) return `Give --target once for each: ${listed.map((each) => `--target ${each}`).join(' ')}. `;
  const near = nearestName(name, known);
  return near ? `Did you mean "${near}"? ` : '';
}
