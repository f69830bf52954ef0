import { digest } from '../services/digest.ts';
import { run } from './run.ts';
import type { System } from './system.ts';

/** One folder for each claim; only root may look at it, and it is gone with the start. */
const FOLDER = '/run/ros/claims';

/** Two that claim the same at once do not both get it: only one of them makes the folder. */
const CLAIM =
  'umask 077; folder=$1; shift; mkdir -p "$folder"; for name; do ! mkdir "$folder/$name" 2>/dev/null || echo "$name"; done';

/** Claims names in this start of the machine, and gives those that nobody had claimed before. Names are letters, digits, `.`, `_`, `-`. */
export function claim(system: System, names: readonly string[]): ReadonlySet<string> {
  if (names.length === 0) return new Set();
  const { stdout } = run(system, ['sh', '-c', CLAIM, 'ros', FOLDER, ...names]);
  return new Set(stdout.split('\n').filter((name) => name !== ''));
}

/**
 * Which items of a list are due: those that no earlier call with this key had in its list, in this start. A configuration that comes late
 * then brings only what is new in it. What occurs twice is due twice. What is claimed counts as done, whatever becomes of it.
 */
export function due(system: System, key: string, items: readonly unknown[]): ReadonlySet<number> {
  const seen = new Map<string, number>();
  const names = items.map((item) => {
    const mark = digest(JSON.stringify(item) ?? '');
    const nth = (seen.get(mark) ?? 0) + 1;
    seen.set(mark, nth);
    return `${key}-${mark}-${nth}`;
  });
  const fresh = claim(system, names);
  return new Set(names.flatMap((name, index) => (fresh.has(name) ? [index] : [])));
}
