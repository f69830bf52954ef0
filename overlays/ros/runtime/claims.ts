import { digest } from '../services/digest.ts';
import { run } from './run.ts';
import type { System } from './system.ts';

/** A file for each claim; only root may look at it, and it is gone with the start. It holds the process that has claimed, or SETTLED. */
const FOLDER = '/run/ros/claims';
const SETTLED = 'settled';

/**
 * Two that claim the same at once do not both get it: only one of them makes the file, and only one moves it away. What somebody has claimed
 * who is gone, and did not settle, is free again: a console that is started again ends what runs in it.
 */
const CLAIM = `umask 077
set -C
folder=$1 given=$2 comm=
shift 2
[ -d "$folder" ] || mkdir -p "$folder"
take() {
	{ echo "$mine" >"$folder/$name"; } 2>/dev/null && echo "$name"
}
read -r comm <"/proc/$PPID/comm"
mine=\${given:-$PPID $comm}
for name; do
	take && continue
	by='' of=''
	read -r by of <"$folder/$name"
	case $by in '' | *[!0-9]*) continue ;; esac
	now=
	{ read -r now <"/proc/$by/comm"; } 2>/dev/null
	[ "$now" != "$of" ] && mv "$folder/$name" "$folder/.$name.$$" 2>/dev/null && take
done`;

/** Claims names in this start of the machine, once and for all; gives those that nobody had. Names are letters, digits, `.`, `_`, `-`. */
export function claim(system: System, names: readonly string[]): ReadonlySet<string> {
  return taken(system, names, SETTLED);
}

function taken(system: System, names: readonly string[], by: string): ReadonlySet<string> {
  if (names.length === 0) return new Set();
  const { stdout } = run(system, ['sh', '-c', CLAIM, 'ros', FOLDER, by, ...names]);
  return new Set(stdout.split('\n').filter((name) => name !== ''));
}

/** Items of a list that this process has to deal with. */
export interface Due {
  has(index: number): boolean;
  /**
   * This one is not due again in this start. What is not settled when this process ends, others take over: a command is settled before it
   * runs, as it may be what ends us, and would do so again; a file when it is written.
   */
  settle(index: number): void;
}

/**
 * Which items of a list are due, counted from 0: those that no earlier call with this key had in its list, in this start, or had and did not
 * come to. A configuration that comes late then brings only what is new in it. What occurs twice is due twice.
 */
export function due(system: System, key: string, items: readonly unknown[]): Due {
  const seen = new Map<string, number>();
  const names = items.map((item) => {
    const mark = digest(JSON.stringify(item) ?? '');
    const nth = (seen.get(mark) ?? 0) + 1;
    seen.set(mark, nth);
    return `${key}-${mark}-${nth}`;
  });
  const fresh = taken(system, names, '');
  return {
    has: (index) => fresh.has(names[index] ?? ''),
    settle: (index) => system.writeText(`${FOLDER}/${names[index]}`, `${SETTLED}\n`),
  };
}
