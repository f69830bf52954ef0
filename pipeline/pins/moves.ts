import { nearestName } from '../config/nearest-name.ts';
import type { YamlFile } from '../config/yaml-file.ts';
import { BuildError } from '../core/failure.ts';
import type { Arch } from '../core/step.ts';
import { ARCHES, type PinsAccess } from './context.ts';
import { holdLocked } from './held-index.ts';
import { type Lock, type LockedArch, type LockedPackage, nameAndVersion } from './lock.ts';
import { notLocked } from './messages.ts';
import type { PackageIndex } from './package-index.ts';
import { namesFor, type PackageRequest } from './request.ts';
import { groupsOfSets, type ResolvedSet, resolveHeldSets } from './resolve-sets.ts';

/** Which locked packages take their newest version: those that a security archive has anew, or those of these names. */
export type Moves = 'security' | readonly string[];

export interface MovesOptions {
  readonly request: YamlFile<PackageRequest>;
  readonly index: PackageIndex;
  readonly arch: Arch;
  readonly locked: LockedArch | undefined;
  readonly moves: Moves;
  readonly access: PinsAccess;
}

/** Resolves all sets so that the packages of `moves`, and what is not locked yet, are the newest, and the others what they were. */
export async function resolveMoves(options: MovesOptions): Promise<readonly ResolvedSet[]> {
  const { request, index, arch, access } = options;
  const resolved: ResolvedSet[] = [];
  for (const sets of groupsOfSets(request.data)) {
    const held = await holdLocked(index, stayingIn(sets, options), access);
    resolved.push(...resolveHeldSets({ request, index: held, arch, sets }));
  }
  return resolved;
}

/** Throws a BuildError of kind `usage` for a name that is neither locked nor asked for. */
export function requireKnown(moves: Moves, lock: Lock | undefined, request: PackageRequest): void {
  if (moves === 'security') return;
  const known = new Set(
    ARCHES.flatMap((arch) => [
      ...Object.entries(lock?.arches[arch]?.packages ?? {}).flatMap(([key, each]) => [
        nameAndVersion(key).name,
        ...(each.alias === undefined ? [] : [each.alias]),
      ]),
      ...Object.values(request.sets).flatMap((set) => namesFor(set.packages, arch)),
    ]),
  );
  const unknown = moves.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new BuildError(notLocked(unknown, nearestName(unknown, known)));
}

/** The locked packages of some sets that keep their version. */
function stayingIn(sets: readonly string[], options: MovesOptions): ReadonlyMap<string, LockedPackage> {
  const { locked } = options;
  const staying = new Map<string, LockedPackage>();
  for (const key of sets.flatMap((set) => locked?.sets[set]?.packages ?? [])) {
    const each = locked?.packages[key];
    if (each && !isMoving(key, each, options)) staying.set(key, each);
  }
  return staying;
}

function isMoving(key: string, { alias }: LockedPackage, { index, request, moves }: MovesOptions): boolean {
  const { name, version } = nameAndVersion(key);
  if (moves !== 'security') return moves.includes(name) || (alias !== undefined && moves.includes(alias));
  const newest = index.get(alias ?? name);
  const suite = newest === undefined ? undefined : request.data.archives[newest.archive]?.suite;
  return newest?.version !== version && suite?.endsWith('-security') === true;
}
