import { type Digest, digestFromHex } from '../core/digest.ts';
import { compareCodeUnits } from '../core/json.ts';
import { type Dependency, parseDependencies, type Relation, versionFits } from './relation.ts';
import { compareVersions } from './version.ts';

/** What an archive's index says of one package. */
export interface Candidate {
  readonly name: string;
  readonly version: string;
  readonly arch: 'amd64' | 'arm64' | 'all';
  readonly archive: string;
  /** Path below the archive's root. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
  readonly priority: string;
  /** `Pre-Depends` and `Depends`. */
  readonly dependencies: readonly Dependency[];
  /** `Conflicts` and `Breaks`. */
  readonly conflicts: readonly Dependency[];
  readonly provides: readonly Provided[];
}

export interface Provided {
  readonly name: string;
  readonly version?: string;
}

/** The newest candidate of every name, over all archives of one architecture. */
export interface PackageIndex {
  get(name: string): Candidate | undefined;
  /** Packages that provide a virtual name, sorted by name. */
  providersOf(name: string): readonly Candidate[];
  /** Every real name, for hints. */
  names(): Iterable<string>;
}

/** Text of one `Packages` file and the archive it belongs to. */
export interface IndexText {
  readonly archive: string;
  readonly text: string;
}

interface Entry {
  readonly archive: string;
  readonly version: string;
  readonly stanza: string;
}

/**
 * Indexes `Packages` files. Only names, versions and `Provides` are read at once; the rest of a stanza when asked for,
 * because a closure touches a few hundred of the archive's 67,000.
 */
export function buildPackageIndex(files: readonly IndexText[]): PackageIndex {
  const entries = new Map<string, Entry>();
  for (const { archive, text } of files) {
    for (const stanza of text.split('\n\n')) {
      const name = fieldOf(stanza, 'Package');
      const version = fieldOf(stanza, 'Version');
      if (name === undefined || version === undefined) continue;
      const known = entries.get(name);
      if (!known || compareVersions(version, known.version) > 0) entries.set(name, { archive, version, stanza });
    }
  }
  const providers = new Map<string, string[]>();
  for (const [name, { stanza }] of entries) {
    for (const provided of parseProvides(fieldOf(stanza, 'Provides'))) {
      const list = providers.get(provided.name);
      if (list) list.push(name);
      else providers.set(provided.name, [name]);
    }
  }
  const parsed = new Map<string, Candidate>();
  const get = (name: string): Candidate | undefined => {
    const known = parsed.get(name);
    if (known) return known;
    const entry = entries.get(name);
    if (!entry) return undefined;
    const candidate = candidateOf(entry.stanza, entry.archive);
    parsed.set(name, candidate);
    return candidate;
  };
  return {
    get,
    providersOf: (name) =>
      [...new Set(providers.get(name))].sort(compareCodeUnits).flatMap((provider) => get(provider) ?? []),
    names: () => entries.keys(),
  };
}

/** Whether this very package is what a relation asks for, by its own name or by what it provides. */
export function satisfies(candidate: Candidate, relation: Relation): boolean {
  if (relation.arch !== undefined && relation.arch !== candidate.arch && candidate.arch !== 'all') return false;
  if (candidate.name === relation.name && versionFits(candidate.version, relation)) return true;
  return candidate.provides.some(
    ({ name, version }) =>
      name === relation.name &&
      (relation.operator === undefined || (version !== undefined && versionFits(version, relation))),
  );
}

/** Where a package lies in its archive, and its bytes. */
export type PackageFile = Pick<Candidate, 'path' | 'size' | 'digest'>;

/** A package from its stanza of an index, or from its control file with the place of its file. Throws a RangeError where a field is missing. */
export function candidateOf(stanza: string, archive: string, file?: PackageFile): Candidate {
  const field = (key: string): string => {
    const value = fieldOf(stanza, key);
    if (value === undefined)
      throw new RangeError(`${archive} has no ${key} for ${fieldOf(stanza, 'Package') ?? 'a package without a name'}`);
    return value;
  };
  const name = field('Package');
  const arch = field('Architecture');
  if (arch !== 'amd64' && arch !== 'arm64' && arch !== 'all')
    throw new RangeError(`${archive} says architecture ${arch} for ${name}`);
  return {
    name,
    version: field('Version'),
    arch,
    archive,
    path: file?.path ?? field('Filename'),
    size: file?.size ?? Number(field('Size')),
    digest: file?.digest ?? digestFromHex(field('SHA256')),
    priority: fieldOf(stanza, 'Priority') ?? 'optional',
    dependencies: [
      ...parseDependencies(fieldOf(stanza, 'Pre-Depends')),
      ...parseDependencies(fieldOf(stanza, 'Depends')),
    ],
    conflicts: [...parseDependencies(fieldOf(stanza, 'Conflicts')), ...parseDependencies(fieldOf(stanza, 'Breaks'))],
    provides: parseProvides(fieldOf(stanza, 'Provides')),
  };
}

function parseProvides(field: string | undefined): readonly Provided[] {
  return parseDependencies(field).flatMap((alternatives) =>
    alternatives.map(({ name, version }) => (version === undefined ? { name } : { name, version })),
  );
}

/** A field of a stanza, continuation lines joined. */
export function fieldOf(stanza: string, key: string): string | undefined {
  const marker = `${key}: `;
  let start: number;
  if (stanza.startsWith(marker)) start = marker.length;
  else {
    const at = stanza.indexOf(`\n${marker}`);
    if (at < 0) return undefined;
    start = at + 1 + marker.length;
  }
  let end = stanza.indexOf('\n', start);
  while (end >= 0 && (stanza[end + 1] === ' ' || stanza[end + 1] === '\t')) end = stanza.indexOf('\n', end + 1);
  return stanza.slice(start, end < 0 ? undefined : end).trim();
}
