import { compareCodeUnits } from '../core/json.ts';
import type { Manifest } from '../publish/manifest.ts';
import { componentDigests } from '../publish/shipped.ts';

/** A package in which two releases differ. */
export interface PackageDifference {
  readonly name: string;
  /** Architecture of the release files that ship it. */
  readonly arch: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Versions; several only where files of one release hold different ones. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Release files that ship it: of the release after or, where it was removed, of the one before. */
  readonly files: readonly string[];
}

interface Ships {
  readonly name: string;
  readonly arch: string;
  readonly versions: Set<string>;
  readonly files: Set<string>;
}

/** The packages in which two releases differ, sorted; undefined where a manifest does not list packages. */
export function packageDifferences(before: Manifest, after: Manifest): readonly PackageDifference[] | undefined {
  const [was, is] = [packagesOf(before), packagesOf(after)];
  if (!was || !is) return undefined;
  return [...new Set([...was.keys(), ...is.keys()])].sort(compareCodeUnits).flatMap((key): PackageDifference[] => {
    const [old, now] = [was.get(key), is.get(key)];
    const [from, to] = [[...(old?.versions ?? [])].sort(), [...(now?.versions ?? [])].sort()];
    const some = now ?? old;
    if (!some || from.join() === to.join()) return [];
    const change = !old ? 'added' : !now ? 'removed' : 'changed';
    const files = [...some.files].sort(compareCodeUnits);
    return [{ name: some.name, arch: some.arch, change, before: from, after: to, files }];
  });
}

/** What ships by name and architecture; undefined for a manifest of an earlier format. */
function packagesOf({ files, components, packages }: Manifest): ReadonlyMap<string, Ships> | undefined {
  if (!components || !packages) return undefined;
  const found = new Map<string, Ships>();
  for (const [path, { arch, contents }] of Object.entries(files))
    for (const digest of contents ? componentDigests(contents) : [])
      for (const key of components[digest] ?? []) {
        const { name = key, version = '' } = packages[key] ?? {};
        const ships = found.get(`${name} ${arch}`) ?? { name, arch, versions: new Set(), files: new Set() };
        found.set(`${name} ${arch}`, ships);
        ships.versions.add(version);
        ships.files.add(path);
      }
  return found;
}

const UNKNOWN = 'Packages: one of the two manifests is older than format 3 and does not list them.\n';
const NONE = 'Every package is the same.\n';

/** The same for a person. */
export function packagesText(packages: readonly PackageDifference[] | undefined): string {
  if (!packages) return UNKNOWN;
  if (packages.length === 0) return NONE;
  const lines = packages.map(
    (each) => `${each.change.padEnd(8)} ${each.name}  ${versionsText(each)}  (${each.arch}, in ${filesText(each)})\n`,
  );
  return `Packages\n${lines.join('')}`;
}

/** The same as a table, for a pull request. */
export function packagesMarkdown(packages: readonly PackageDifference[] | undefined): string {
  if (!packages) return UNKNOWN;
  if (packages.length === 0) return NONE;
  const rows = packages.map((each) => {
    const files = each.files.map((file) => `\`${file}\``).join(' ');
    const details = `<details><summary>${each.files.length}</summary>${files}</details>`;
    return `| \`${each.name}\` | ${each.arch} | ${each.change} | ${listText(each.before)} | ${listText(each.after)} | ${details} |\n`;
  });
  return `| package | | | before | after | in files |\n|---|---|---|---|---|---|\n${rows.join('')}`;
}

function versionsText({ before, after }: PackageDifference): string {
  return `${listText(before)} → ${listText(after)}`;
}

function listText(versions: readonly string[]): string {
  return versions.length === 0 ? '–' : versions.join(', ');
}

/** How many files a line of text names. */
const MOST = 3;

function filesText({ files }: PackageDifference): string {
  const more = files.length > MOST ? ` and ${files.length - MOST} more` : '';
  return `${files.slice(0, MOST).join(', ')}${more}`;
}
