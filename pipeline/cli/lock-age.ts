import type { Lock } from '../pins/lock.ts';

/** When a lock's oldest archive was signed, and how long ago. */
export interface LockAge {
  /** As in `2026-09-12`. */
  readonly date: string;
  readonly days: number;
}

/** Undefined where a lock has no date that can be read. */
export function lockAge({ archives }: Lock, now: Date): LockAge | undefined {
  const dates = Object.values(archives)
    .map(({ date }) => /^(\d{4})(\d\d)(\d\d)T/.exec(date))
    .flatMap((match) => (match ? [`${match[1]}-${match[2]}-${match[3]}`] : []))
    .sort();
  const [date] = dates;
  if (date === undefined) return undefined;
  return { date, days: Math.floor((now.getTime() - Date.parse(`${date}T00:00:00Z`)) / 86_400_000) };
}
