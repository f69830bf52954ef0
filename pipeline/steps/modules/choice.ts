import { BuildError } from '../../core/failure.ts';
import { globMatches } from '../../trees/glob.ts';
import { moduleName } from './info.ts';
import { entriesWithoutModules } from './messages.ts';

/**
 * The modules that a list asks for. An entry is a name (`ext4`), a path below `/usr/lib/modules/<release>/` without suffix, or a
 * glob of such paths; one that begins with `!` takes matches of earlier entries out again.
 *
 * `paths`: every module, by name → path without suffix. Throws `configuration` for entries that match nothing (the `!` ones aside): a name
 * that a new kernel no longer has must be seen when it is built.
 */
export function chooseModules(
  entries: readonly string[],
  paths: ReadonlyMap<string, string>,
  release: string,
): ReadonlySet<string> {
  const chosen = new Set<string>();
  const idle: string[] = [];
  for (const entry of entries) {
    const takesOut = entry.startsWith('!');
    const matches = matchesOf(takesOut ? entry.slice(1) : entry, paths);
    if (matches.length === 0 && !takesOut) idle.push(entry);
    for (const name of matches) {
      if (takesOut) chosen.delete(name);
      else chosen.add(name);
    }
  }
  if (idle.length > 0) throw new BuildError(entriesWithoutModules(release, idle));
  return chosen;
}

function matchesOf(pattern: string, paths: ReadonlyMap<string, string>): readonly string[] {
  if (!/[/*?{]/.test(pattern)) return paths.has(moduleName(pattern)) ? [moduleName(pattern)] : [];
  return [...paths]
    .filter(([, path]) => globMatches(pattern, path) || globMatches(moduleName(pattern), moduleName(path)))
    .map(([name]) => name);
}
