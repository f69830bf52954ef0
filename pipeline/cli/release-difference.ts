import { compareCodeUnits } from '../core/json.ts';
import type { Manifest } from '../publish/manifest.ts';
import { formatBytes } from '../report/format.ts';

/** A file that two releases do not have in common; sizes in bytes. */
export interface FileDifference {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** The files in which two releases differ, sorted by path. */
export function fileDifferences(before: Manifest, after: Manifest): readonly FileDifference[] {
  const paths = [...new Set([...Object.keys(before.files), ...Object.keys(after.files)])].sort(compareCodeUnits);
  return paths.flatMap((path): readonly FileDifference[] => {
    const [was, is] = [before.files[path], after.files[path]];
    if (was && is && was.digest === is.digest) return [];
    const change = !was ? 'added' : !is ? 'removed' : 'changed';
    return [{ path, change, before: was?.size, after: is?.size }];
  });
}

/** The same for a person. */
export function differenceText(files: readonly FileDifference[]): string {
  if (files.length === 0) return 'Every file is the same.\n';
  const rows = files.map(
    ({ path, change, before, after }) =>
      `${change.padEnd(8)} ${path}  ${sizeText(before)} → ${sizeText(after)}${growthText(before, after)}\n`,
  );
  return rows.join('');
}

/** The same as a table, for a pull request. */
export function differenceMarkdown(files: readonly FileDifference[]): string {
  if (files.length === 0) return 'Every file is the same.\n';
  const rows = files.map(
    ({ path, change, before, after }) =>
      `| \`${path}\` | ${change} | ${sizeText(before)} | ${sizeText(after)}${growthText(before, after)} |\n`,
  );
  return `| file | | before | after |\n|---|---|---|---|\n${rows.join('')}`;
}

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? '–' : formatBytes(bytes);
}

function growthText(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined || before === after) return '';
  return ` (${after > before ? '+' : '−'}${formatBytes(Math.abs(after - before))})`;
}
