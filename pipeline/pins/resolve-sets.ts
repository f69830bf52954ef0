import { nearestName } from '../config/nearest-name.ts';
import type { YamlFile } from '../config/yaml-file.ts';
import { type Digest, digestOf } from '../core/digest.ts';
import { BuildError, type Failure } from '../core/failure.ts';
import { canonicalJson, compareCodeUnits } from '../core/json.ts';
import type { Arch } from '../core/step.ts';
import type { HeldIndex } from './held-index.ts';
import * as messages from './messages.ts';
import type { Candidate, PackageIndex } from './package-index.ts';
import { namesFor, type PackageRequest, type SetRequest } from './request.ts';
import { type Resolution, type ResolveTrouble, resolve } from './resolve.ts';

/** A set resolved for one architecture. */
export interface ResolvedSet {
  readonly name: string;
  readonly request: Digest;
  readonly members: readonly ResolvedMember[];
}

export interface ResolvedMember {
  readonly candidate: Candidate;
  /** The metapackage it was found by. */
  readonly alias?: string;
}

export interface ResolveSetsOptions {
  readonly request: YamlFile<PackageRequest>;
  readonly index: PackageIndex;
  readonly arch: Arch;
  /** Names of the sets to resolve. */
  readonly sets: readonly string[];
}

/** Resolves sets, each after those it lies above. Throws a BuildError with everything that is wrong in all of them. */
export function resolveSets(options: ResolveSetsOptions): readonly ResolvedSet[] {
  const { resolved, troubles } = tryResolveSets(options);
  const [first, ...rest] = troubles.map(({ failure }) => failure);
  if (first) throw new BuildError([first, ...rest]);
  return resolved;
}

/**
 * Resolves sets while packages are held. A held package takes its newest version only where nothing resolves otherwise: first one that
 * is depended on, then the one that depends. Throws as `resolveSets` does where no held package is in the way.
 */
export function resolveHeldSets(options: ResolveSetsOptions & { readonly index: HeldIndex }): readonly ResolvedSet[] {
  const { index } = options;
  for (;;) {
    const { resolved, troubles } = tryResolveSets(options);
    if (troubles.length === 0) return resolved;
    const letGo = troubles.flatMap(({ between }) => between.find((name) => index.isHeld(name)) ?? []);
    if (letGo.length === 0) return resolveSets(options);
    for (const name of letGo) index.letGo(name);
  }
}

interface SetTrouble {
  readonly failure: Failure;
  readonly between: readonly string[];
}

function tryResolveSets({ request, index, arch, sets }: ResolveSetsOptions): {
  readonly resolved: readonly ResolvedSet[];
  readonly troubles: readonly SetTrouble[];
} {
  const troubles: SetTrouble[] = [];
  const resolved = new Map<string, ResolvedSet>();
  for (const name of orderOf(request)) {
    const set = request.data.sets[name];
    if (!set?.arches.includes(arch) || !sets.includes(name)) continue;
    const below = allBelow(name, request.data).flatMap(
      (each) => resolved.get(each)?.members.map(({ candidate }) => candidate) ?? [],
    );
    const resolution = resolveSet({ set, index, arch, below });
    if (resolution.ok) resolved.set(name, { name, request: requestDigest(set), members: resolution.members });
    else
      troubles.push(
        ...resolution.troubles.map(({ between = [], ...trouble }) => ({
          between,
          failure: messages.inSet(request.place(['sets', name]), { name, arch }, trouble),
        })),
      );
  }
  return { resolved: [...resolved.values()], troubles };
}

/** Sets in groups that are resolved together: in a group each lies above or below another. Sets of different groups may lock different versions. */
export function groupsOfSets(request: PackageRequest): readonly (readonly string[])[] {
  const groups: Set<string>[] = [];
  for (const [name, { above = [] }] of Object.entries(request.sets)) {
    const joined = new Set([name, ...above]);
    for (const group of groups.filter((each) => [...each].some((member) => joined.has(member)))) {
      for (const member of group) joined.add(member);
      groups.splice(groups.indexOf(group), 1);
    }
    groups.push(joined);
  }
  return groups.map((group) => [...group].sort(compareCodeUnits));
}

/** Digest of what a set asks for; its comment is no part of it. */
export function requestDigest(set: SetRequest): Digest {
  const { comment: _comment, ...rest } = set;
  return digestOf(canonicalJson(rest));
}

type SetResolution =
  | { readonly ok: true; readonly members: readonly ResolvedMember[] }
  | { readonly ok: false; readonly troubles: readonly ResolveTrouble[] };

function resolveSet(options: {
  readonly set: SetRequest;
  readonly index: PackageIndex;
  readonly arch: Arch;
  readonly below: readonly Candidate[];
}): SetResolution {
  const { set, index, arch, below } = options;
  const packages = namesFor(set.packages, arch);
  const exclude = namesFor(set.exclude, arch);
  switch (set.follow ?? 'dependencies') {
    case 'dependencies': {
      const resolution: Resolution = resolve({ index, packages, exclude, below });
      return resolution.ok ? { ok: true, members: resolution.chosen.map((candidate) => ({ candidate })) } : resolution;
    }
    case 'nothing':
      return named(packages, index, (candidate) => [{ candidate }]);
    case 'metapackage':
      return named(packages, index, (metapackage) =>
        metapackage.dependencies.flatMap(([first]) => {
          const candidate = first === undefined ? undefined : index.get(first.name);
          return candidate ? [{ candidate, alias: metapackage.name }] : [];
        }),
      );
  }
}

function named(
  packages: readonly string[],
  index: PackageIndex,
  expand: (candidate: Candidate) => readonly ResolvedMember[],
): SetResolution {
  const troubles: ResolveTrouble[] = [];
  const members = packages.flatMap((name) => {
    const candidate = index.get(name);
    const found = candidate ? expand(candidate) : [];
    if (found.length === 0)
      troubles.push(candidate ? messages.standsForNone(name) : messages.notInArchives(name, undefined));
    return found;
  });
  if (troubles.length > 0) return { ok: false, troubles };
  return { ok: true, members: members.sort((a, b) => compareCodeUnits(a.candidate.name, b.candidate.name)) };
}

/** Everything below a set, however deep. */
function allBelow(name: string, request: PackageRequest): readonly string[] {
  const above = request.sets[name]?.above ?? [];
  return [...new Set(above.flatMap((each) => [...allBelow(each, request), each]))];
}

/** All sets, those below first. Throws for names that do not exist and for circles. */
function orderOf({ data, place }: YamlFile<PackageRequest>): readonly string[] {
  const done: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (done.includes(name)) return;
    const where = place(['sets', path.at(-1) ?? name, 'above']);
    if (path.includes(name)) throw new BuildError(messages.setsInCircle(where, [...path, name]));
    const set = data.sets[name];
    if (!set) {
      const known = Object.keys(data.sets);
      throw new BuildError(messages.noSuchSet(where, name, known, nearestName(name, known)));
    }
    for (const each of set.above ?? []) visit(each, [...path, name]);
    done.push(name);
  };
  for (const name of Object.keys(data.sets).sort(compareCodeUnits)) visit(name, []);
  return done;
}
