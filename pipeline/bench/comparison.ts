import type { BootFigures } from './boot-figures.ts';
import { median } from './build-figures.ts';

/** What RancherOS wants to reach, as a part of the other system's figure in the same run. */
const GOALS: { readonly [figure: string]: number } = { userDockerSeconds: 0.7, usedMiB: 0.8 };

const FIGURES = [
  { key: 'loginSeconds', name: 'login on the console', unit: 's' },
  { key: 'systemDockerSeconds', name: 'System Docker ready', unit: 's' },
  { key: 'userDockerSeconds', name: 'user Docker ready', unit: 's' },
  { key: 'firstContainerSeconds', name: 'first user container', unit: 's' },
  { key: 'usedMiB', name: 'memory used then', unit: 'MiB' },
] as const;

/** Medians of both systems' boots beside each other, with the ratio. */
export function comparisonTable(rancheros: readonly BootFigures[], peer: readonly BootFigures[]): readonly string[] {
  const head = ['', 'RancherOS', 'Debian', 'ratio', ''];
  const rows = FIGURES.map(({ key, name, unit }) => {
    const own = medianOf(rancheros, key);
    const other = medianOf(peer, key);
    const ratio = own !== undefined && other !== undefined ? own / other : undefined;
    return [name, figure(own, unit), figure(other, unit), ratio?.toFixed(2) ?? '-', verdict(ratio, GOALS[key])];
  });
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function medianOf(boots: readonly BootFigures[], key: (typeof FIGURES)[number]['key']): number | undefined {
  const values = boots.flatMap((boot) => boot[key] ?? []);
  return values.length === 0 ? undefined : median(values);
}

function figure(value: number | undefined, unit: 's' | 'MiB'): string {
  return value === undefined ? '-' : `${value.toFixed(unit === 's' ? 1 : 0)} ${unit}`;
}

function verdict(ratio: number | undefined, goal: number | undefined): string {
  if (ratio === undefined || goal === undefined) return '';
  return `${ratio <= goal ? '✔' : '✖'} wanted: at most ${goal}`;
}
