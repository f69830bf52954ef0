import { targetFiles } from 'targets:all';
import { nearestName } from '../config/nearest-name.ts';
import { BuildError } from '../core/failure.ts';
import type { Target } from '../core/target.ts';
import type { BuildContext } from '../recipes/context.ts';

/** Every target of the project, sorted by name. */
export function allTargets(): readonly Target<BuildContext>[] {
  const byName = new Map<string, string>();
  for (const { file, target } of targetFiles) {
    const other = byName.get(target.name);
    if (other)
      throw new BuildError({
        kind: 'configuration',
        message: `The target name "${target.name}" stands in ${other} too.`,
        place: { file },
      });
    byName.set(target.name, file);
  }
  return targetFiles.map(({ target }) => target).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The targets that a person names, each once, in the order of the list. */
export function chosenTargets(
  names: readonly string[],
  all: readonly Target<BuildContext>[],
): readonly Target<BuildContext>[] {
  const known = all.map((target) => target.name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new BuildError({
      kind: 'usage',
      message: `There is no target "${name}".`,
      hint: `${near ? `Did you mean "${near}"? ` : ''}Targets: ${known.join(', ')}.`,
    });
  }
  return all.filter((target) => names.includes(target.name));
}
