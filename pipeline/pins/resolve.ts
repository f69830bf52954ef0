import { nearestName } from '../config/nearest-name.ts';
import { compareCodeUnits } from '../core/json.ts';
import * as messages from './messages.ts';
import { type Candidate, type PackageIndex, satisfies } from './package-index.ts';
import { type Dependency, dependencyText, type Relation } from './relation.ts';

export interface ResolveRequest {
  readonly index: PackageIndex;
  /** Names asked for. */
  readonly packages: readonly string[];
  /** Packages that count as present: a dependency that one of them could meet is not followed. */
  readonly exclude: readonly string[];
  /** What lies below already: it meets dependencies and is not named again. */
  readonly below: readonly Candidate[];
}

/** Something that cannot be resolved, in one sentence, with what was probably meant. */
export interface ResolveTrouble {
  readonly message: string;
  readonly hint: string;
  /** Packages of which another version may end it, the likeliest first. */
  readonly between?: readonly string[];
}

export type Resolution =
  | { readonly ok: true /** Sorted by name, without what lies below. */; readonly chosen: readonly Candidate[] }
  | { readonly ok: false; readonly troubles: readonly ResolveTrouble[] };

interface Demand {
  readonly by: Candidate;
  readonly dependency: Dependency;
}

/**
 * The closure of `Pre-Depends` and `Depends`. The answer depends on the index and the request alone: dependencies that
 * leave no choice are followed first, then those with alternatives in the order they were met; of these an alternative that
 * is chosen already wins, else the first that exists, and among providers of a virtual package the one of the highest
 * priority, then of the smallest name.
 */
export function resolve(request: ResolveRequest): Resolution {
  const { index } = request;
  const troubles: ResolveTrouble[] = [];
  const chosen = new Map<string, Candidate>(request.below.map((candidate) => [candidate.name, candidate]));
  const below = new Set(request.below.map(({ name }) => name));
  const excluded = excludedCandidates(request, troubles);
  const plain: Demand[] = [];
  const open: Demand[] = [];

  const choose = (candidate: Candidate): void => {
    if (chosen.has(candidate.name)) return;
    chosen.set(candidate.name, candidate);
    for (const dependency of candidate.dependencies) {
      const isPlain = dependency.length === 1 && dependency.every(({ name }) => index.get(name) !== undefined);
      (isPlain ? plain : open).push({ by: candidate, dependency });
    }
  };
  const isMet = (relation: Relation): boolean => {
    const named = chosen.get(relation.name);
    if (named && satisfies(named, relation)) return true;
    return index.providersOf(relation.name).some(({ name }) => {
      const provider = chosen.get(name);
      return provider !== undefined && satisfies(provider, relation);
    });
  };
  const isExcluded = (relation: Relation): boolean =>
    excluded.some(
      ({ name, provides }) => name === relation.name || provides.some((provided) => provided.name === relation.name),
    );

  for (const name of request.packages) {
    const candidate = index.get(name);
    if (candidate) choose(candidate);
    else troubles.push(unknownPackage(name, index));
  }
  for (;;) {
    const demand = plain.shift() ?? open.shift();
    if (!demand) break;
    if (demand.dependency.some(isMet) || demand.dependency.some(isExcluded)) continue;
    const found = firstExisting(demand.dependency, index);
    if (found) choose(found);
    else
      troubles.push({
        ...messages.dependencyNotInArchives(withVersion(demand.by), dependencyText(demand.dependency)),
        between: [...demand.dependency.map(({ name }) => name), demand.by.name],
      });
  }
  const members = [...chosen.values()].sort((a, b) => compareCodeUnits(a.name, b.name));
  troubles.push(...conflictsAmong(members));
  if (troubles.length > 0) return { ok: false, troubles };
  return { ok: true, chosen: members.filter(({ name }) => !below.has(name)) };
}

function excludedCandidates(
  { index, exclude, packages }: ResolveRequest,
  troubles: ResolveTrouble[],
): readonly Candidate[] {
  return exclude.flatMap((name) => {
    if (packages.includes(name)) troubles.push(messages.askedForAndExcluded(name));
    const candidate = index.get(name);
    if (!candidate) troubles.push(unknownPackage(name, index));
    return candidate ?? [];
  });
}

const PRIORITIES: readonly string[] = ['required', 'important', 'standard', 'optional', 'extra'];

function firstExisting(dependency: Dependency, index: PackageIndex): Candidate | undefined {
  for (const relation of dependency) {
    const named = index.get(relation.name);
    if (named && satisfies(named, relation)) return named;
    const rank = ({ priority }: Candidate): number => PRIORITIES.indexOf(priority);
    const [provider] = index
      .providersOf(relation.name)
      .filter((candidate) => satisfies(candidate, relation))
      .sort((a, b) => rank(a) - rank(b) || compareCodeUnits(a.name, b.name));
    if (provider) return provider;
  }
  return undefined;
}

function conflictsAmong(members: readonly Candidate[]): readonly ResolveTrouble[] {
  return members.flatMap((by) =>
    by.conflicts.flat().flatMap((relation) =>
      members
        .filter((other) => other.name !== by.name && satisfies(other, relation))
        .map((other) => ({
          ...messages.packagesConflict(withVersion(by), withVersion(other), dependencyText([relation])),
          between: [by.name, other.name],
        })),
    ),
  );
}

function unknownPackage(name: string, index: PackageIndex): ResolveTrouble {
  return messages.notInArchives(name, nearestName(name, index.names()));
}

function withVersion({ name, version }: Candidate): string {
  return `${name} ${version}`;
}
