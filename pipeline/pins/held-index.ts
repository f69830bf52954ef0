import { compareCodeUnits } from '../core/json.ts';
import { PackageGone } from '../fetch/package-gone.ts';
import type { PinsAccess } from './context.ts';
import { controlFiles } from './control-files.ts';
import { type LockedPackage, nameAndVersion, pinOf } from './lock.ts';
import { type Candidate, candidateOf, type PackageIndex } from './package-index.ts';

/** An index in which locked packages keep their locked version until they are let go. */
export interface HeldIndex extends PackageIndex {
  /** Whether a package, or what a metapackage stands for, is kept at a version that is not the newest. */
  isHeld(name: string): boolean;
  /** Lets a package take its newest version. */
  letGo(name: string): void;
}

/**
 * Holds locked packages, each under its name and that of its metapackage. What the newest index says of them already needs nothing; the
 * fields of the others are read from the packages themselves, which are fetched. One that no source has any more is not held.
 */
export async function holdLocked(
  newest: PackageIndex,
  locked: ReadonlyMap<string, LockedPackage>,
  access: PinsAccess,
): Promise<HeldIndex> {
  const found = await Promise.all(
    [...locked].map(async ([key, each]) => {
      const known = newest.get(nameAndVersion(key).name);
      if (known?.digest === each.digest) return [];
      const candidate = await candidateIn(key, each, access);
      return candidate ? [candidate] : [];
    }),
  );
  const held = new Map(found.flat().map((candidate) => [candidate.name, candidate]));
  for (const [key, { alias }] of locked) {
    const { name } = nameAndVersion(key);
    if (alias === undefined || !(held.has(name) || newest.get(name))) continue;
    const metapackage = heldMetapackage(newest, alias, key);
    if (metapackage) held.set(alias, metapackage);
  }
  const get = (name: string): Candidate | undefined => held.get(name) ?? newest.get(name);
  return {
    get,
    providersOf: (name) =>
      [
        ...new Map(
          [...newest.providersOf(name).flatMap((each) => get(each.name) ?? []), ...held.values()]
            .filter((each) => each.provides.some((provided) => provided.name === name))
            .map((each) => [each.name, each]),
        ).values(),
      ].sort((a, b) => compareCodeUnits(a.name, b.name)),
    names: () => new Set([...held.keys(), ...newest.names()]),
    isHeld: (name) => held.has(name),
    letGo: (name) => void held.delete(name),
  };
}

/** A metapackage that stands for a locked package still, where the newest one stands for another. */
function heldMetapackage(newest: PackageIndex, alias: string, key: string): Candidate | undefined {
  const metapackage = newest.get(alias);
  const { name, version } = nameAndVersion(key);
  if (
    !metapackage ||
    metapackage.dependencies.some(([first]) => first?.name === name && newest.get(name)?.version === version)
  )
    return undefined;
  return { ...metapackage, version, dependencies: [[{ name, operator: '=', version }]] };
}

async function candidateIn(key: string, locked: LockedPackage, access: PinsAccess): Promise<Candidate | undefined> {
  const { name, version } = nameAndVersion(key);
  try {
    const blob = await access.fetcher.fetch(pinOf(key, locked), access);
    const texts = await controlFiles(access.store.pathOf(blob.digest), `the package ${name} ${version}`, ['control']);
    return candidateOf((texts.get('control') ?? '').trimEnd(), locked.archive, locked);
  } catch (error) {
    if (!(error instanceof PackageGone)) throw error;
    const message = `No source has ${name} ${version} any more: it takes its newest version.`;
    access.report({ type: 'note', level: 'warning', message });
    return undefined;
  }
}
