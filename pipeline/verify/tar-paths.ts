/** How many a failure names. */
const MOST_NAMES = 5;

/** Paths that come more than once, the first of them, and how many more there are. */
export function duplicates(paths: Iterable<string>): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const path of paths) (seen.has(path) ? twice : seen).add(path);
  const names = [...twice];
  return names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), `and ${names.length - MOST_NAMES} more`] : names;
}
