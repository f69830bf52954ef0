import { compareCodeUnits } from '../core/json.ts';
import { formatBytes } from '../report/format.ts';
import type { Sized, SizedMedium } from './media.ts';

/** How many packages a summary names of each medium. */
const MOST = 10;

/** For a terminal: the components of each medium, and its largest packages. */
export function sizeSummary(media: readonly SizedMedium[]): string {
  return media.map(mediumSummary).join('\n');
}

function mediumSummary(medium: SizedMedium): string {
  const packages = largestPackages(medium);
  const named =
    packages.length > 1 ? ['  largest packages\n', ...packages.slice(0, MOST).map((each) => line(each, 4))] : [];
  return `${[line(medium, 0), ...medium.components.map((each) => line(each, 2)), ...named].join('')}`;
}

function line({ name, bytes, unpacked }: Sized, indent: number): string {
  const compressed = unpacked === bytes ? '' : `  unpacked ${formatBytes(unpacked)}`;
  return `${`${' '.repeat(indent)}${name}`.padEnd(46)} ${formatBytes(bytes).padStart(9)}${compressed}\n`;
}

/** Packages in all components of a medium, the largest first. */
export function largestPackages({ components }: Pick<SizedMedium, 'components'>): readonly Sized[] {
  const sums = new Map<string, Sized>();
  for (const { name, bytes, unpacked } of components.flatMap(({ packages }) => packages)) {
    const before = sums.get(name);
    sums.set(name, { name, bytes: bytes + (before?.bytes ?? 0), unpacked: unpacked + (before?.unpacked ?? 0) });
  }
  return [...sums.values()].sort((a, b) => b.bytes - a.bytes || compareCodeUnits(a.name, b.name));
}
