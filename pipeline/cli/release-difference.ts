import { compareCodeUnits } from '../core/json.ts';
import type { Blob } from '../core/step.ts';
import type { Manifest } from '../publish/manifest.ts';
import { formatBytes } from '../report/format.ts';

/** Something that two releases do not have in common; sizes in bytes. */
interface Difference {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** A file of two releases that differs, and what differs in it: layers, kernel, initrd. */
export interface FileDifference extends Difference {
  /** Empty where one of the manifests does not say what is in it. */
  readonly contents: readonly Difference[];
}

/** The files in which two releases differ, sorted by path. */
export function fileDifferences(before: Manifest, after: Manifest): readonly FileDifference[] {
  return differences(before.files, after.files).map((difference) => {
    const [was, is] = [before.files[difference.path]?.contents, after.files[difference.path]?.contents];
    return { ...difference, contents: was && is ? differences(was.files, is.files) : [] };
  });
}

function differences(
  before: { readonly [path: string]: Blob },
  after: { readonly [path: string]: Blob },
): readonly Difference[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareCodeUnits);
  return paths.flatMap((path): readonly Difference[] => {
    const [was, is] = [before[path], after[path]];
    if (was && is && was.digest === is.digest) return [];
    const change = !was ? 'added' : !is ? 'removed' : 'changed';
    return [{ path, change, before: was?.size, after: is?.size }];
  });
}

/** The same for a person; what differs in a file stands below it. */
export function differenceText(files: readonly FileDifference[]): string {
  if (files.length === 0) return 'Every file is the same.\n';
  return files.map((file) => [line(file), ...file.contents.map((each) => `    ${line(each)}`)].join('')).join('');
}

function line({ path, change, before, after }: Difference): string {
  return `${change.padEnd(8)} ${path}  ${sizeText(before)} → ${sizeText(after)}${growthText(before, after)}\n`;
}

/** The same as a table, for a pull request. */
export function differenceMarkdown(files: readonly FileDifference[]): string {
  if (files.length === 0) return 'Every file is the same.\n';
  const rows = files.map((file) => [row(file, ''), ...file.contents.map((each) => row(each, '&nbsp;&nbsp;'))].join(''));
  return `| file | | before | after |\n|---|---|---|---|\n${rows.join('')}`;
}

function row({ path, change, before, after }: Difference, indent: string): string {
  return `| ${indent}\`${path}\` | ${change} | ${sizeText(before)} | ${sizeText(after)}${growthText(before, after)} |\n`;
}

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? '–' : formatBytes(bytes);
}

function growthText(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined || before === after) return '';
  return ` (${after > before ? '+' : '−'}${formatBytes(Math.abs(after - before))})`;
}
