import pLimit from 'p-limit';
import { compareCodeUnits } from '../core/json.ts';
import type { Arch } from '../core/step.ts';
import { readArchives } from './archives.ts';
import { type ChangesAbove, changelogOf, changesAbove } from './changelog.ts';
import { ARCHES, openAccess, type PinsAccess, type PinsOptions, pinsFiles } from './context.ts';
import { requireLock } from './fresh-lock.ts';
import { nameAndVersion, pinOf, setsHolding } from './lock.ts';
import type { Candidate, PackageIndex } from './package-index.ts';
import { loadPackageRequest } from './request.ts';

/** A locked package that the archives have in a newer version, and what that brings. */
export interface AuditedPackage extends Partial<ChangesAbove> {
  readonly arch: Arch;
  /** As the lock has it. */
  readonly name: string;
  readonly version: string;
  readonly successor: string;
  /** Archive that has the successor. */
  readonly archive: string;
  /** Sets that hold it, and whether one of them ends in a system. */
  readonly sets: readonly string[];
  readonly isShipped: boolean;
  /** Whether its changelog could be read: some packages have none of their own. */
  readonly hasChangelog: boolean;
}

/** Compares the lock with the archives, and reads in each successor's changelog what it mends. Changes nothing. */
export async function auditPins(options: PinsOptions): Promise<readonly AuditedPackage[]> {
  const files = pinsFiles(options.projectFolder);
  const request = await loadPackageRequest(files.request);
  const lock = await requireLock(files.lock.file, files.lock.shownAs);
  const access = openAccess(options, { request: request.data, lock });
  const state = await readArchives(access);
  const isShipped = (set: string): boolean => request.data.sets[set]?.purpose === 'system';
  const changelogs = changelogReader(access);
  const found: AuditedPackage[] = [];
  for (const arch of ARCHES) {
    const locked = lock.arches[arch];
    if (!locked) continue;
    const index = await state.indexOf(arch);
    const rows = Object.entries(locked.packages).map(async ([key, { alias }]): Promise<readonly AuditedPackage[]> => {
      const { name, version } = nameAndVersion(key);
      const successor = successorOf(index, name, alias);
      if (!successor || successor.version === version) return [];
      const sets = setsHolding(locked, key);
      const changelog = await changelogs(successor);
      return [
        {
          ...{ arch, name, version, successor: successor.version, archive: successor.archive },
          ...{ sets, isShipped: sets.some(isShipped) },
          hasChangelog: changelog !== undefined,
          ...(changelog === undefined ? {} : changesAbove(changelog, version)),
        },
      ];
    });
    found.push(...(await Promise.all(rows)).flat());
  }
  return found.sort((a, b) => compareCodeUnits(`${a.name} ${a.arch}`, `${b.name} ${b.arch}`));
}

/** The package itself, or what its metapackage stands for now: a kernel's name holds its version. */
function successorOf(index: PackageIndex, name: string, alias: string | undefined): Candidate | undefined {
  if (alias === undefined) return index.get(name);
  const [first] = index.get(alias)?.dependencies[0] ?? [];
  return first === undefined ? undefined : index.get(first.name);
}

/** Reads each package once, whatever asks for it. */
function changelogReader(access: PinsAccess): (candidate: Candidate) => Promise<string | undefined> {
  // A package is unpacked on the disk, and a kernel has a gigabyte.
  const reading = pLimit(2);
  const known = new Map<string, Promise<string | undefined>>();
  return (candidate) => {
    const { name, version, digest } = candidate;
    const before = known.get(digest);
    if (before) return before;
    const pending = reading(async () => {
      const blob = await access.fetcher.fetch(pinOf(`${name}=${version}`, candidate), access);
      return changelogOf(access.store.pathOf(blob.digest), `the package ${name} ${version}`);
    });
    known.set(digest, pending);
    return pending;
  };
}
