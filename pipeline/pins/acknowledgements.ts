import type { FromSchema } from 'json-schema-to-ts';
import { loadYaml, type YamlFile } from '../config/yaml-file.ts';
import type { Accounts } from '../core/accounts.ts';
import type { Digest } from '../core/digest.ts';
import type { Failure } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import type { Arch } from '../core/step.ts';
import { ARCHES, type PinsFile } from './context.ts';
import { type Lock, nameAndVersion } from './lock.ts';
import * as messages from './messages.ts';
import type { PackageRequest } from './request.ts';

const TEXT = { type: 'string', minLength: 1 } as const;
const DIGEST = '^sha256:[0-9a-f]{64}$';
const ACCOUNT = '^[a-z_][a-z0-9_-]*$';
const NUMBER = { type: 'integer', minimum: 1, maximum: 65534 } as const;
/** A field of passwd(5). */
const FIELD = { type: 'string', pattern: '^[^:\\n]*$' } as const;
/** What is made of scripts: nothing, with the reason, or effects in their place. */
const JUDGEMENT = {
  nothing: TEXT,
  effects: { type: 'array', minItems: 1, uniqueItems: true, items: TEXT },
  /** Users that the scripts would have made. The numbers are fixed, so that files on a state disk keep their owners. */
  users: {
    type: 'object',
    propertyNames: { pattern: ACCOUNT },
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      required: ['uid', 'group', 'home'],
      properties: { uid: NUMBER, group: TEXT, home: FIELD, shell: FIELD, comment: FIELD },
    },
  },
  /** Groups that they would have made, each with its number. */
  groups: { type: 'object', propertyNames: { pattern: ACCOUNT }, additionalProperties: NUMBER },
  reason: TEXT,
} as const;

/** The shape of `targets/scripts.yaml`. */
export const ACKNOWLEDGEMENTS_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['effects', 'packages'],
  properties: {
    /** Every effect that may be named, with what it does. */
    effects: { type: 'object', additionalProperties: TEXT },
    /** Scripts that many packages have alike, by their digest. */
    scripts: {
      type: 'object',
      propertyNames: { pattern: DIGEST },
      additionalProperties: { type: 'object', additionalProperties: false, properties: JUDGEMENT },
    },
    packages: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['scripts'],
        properties: {
          scripts: {
            type: 'array',
            minItems: 1,
            uniqueItems: true,
            items: {
              type: 'string',
              pattern: DIGEST,
              description: 'a digest "sha256:" and 64 hex digits',
            },
          },
          ...JUDGEMENT,
        },
      },
    },
  },
} as const;

/** What a person found out about each package's scripts. */
export type Acknowledgements = FromSchema<typeof ACKNOWLEDGEMENTS_SCHEMA>;

/** Reads `targets/scripts.yaml`: each package and each shared script either has `nothing` with a reason or known `effects`. */
export async function loadAcknowledgements(
  file: PinsFile,
): Promise<{ readonly data: Acknowledgements; readonly failures: readonly Failure[] }> {
  const loaded = await loadYaml<Acknowledgements>({ ...file, schema: ACKNOWLEDGEMENTS_SCHEMA });
  return { data: loaded.data, failures: formFailures(loaded) };
}

function formFailures({ data, place }: YamlFile<Acknowledgements>): readonly Failure[] {
  const known = Object.keys(data.effects);
  const entries = [
    ...Object.entries(data.scripts ?? {}).map(([name, entry]) => ({ section: 'scripts', name, ...entry })),
    ...Object.entries(data.packages).map(([name, entry]) => ({ section: 'packages', name, ...entry })),
  ];
  return entries.flatMap(({ section, name, ...entry }): readonly Failure[] => {
    const path = [section, name];
    if (!isJudged(entry)) {
      return [messages.neitherNothingNorEffects(place(path), name)];
    }
    return (entry.effects ?? [])
      .filter((effect) => !known.includes(effect))
      .map((effect) => messages.noSuchEffect(place([...path, 'effects']), effect, known));
  });
}

/** Whether it is said either why nothing of some scripts is needed, or what is done in their place. */
export function isJudged({ nothing, effects, users, groups }: Partial<Acknowledgements['packages'][string]>): boolean {
  return (nothing === undefined) !== (effects === undefined && users === undefined && groups === undefined);
}

/** A locked package whose scripts nobody has acknowledged in this form. */
export interface Unacknowledged {
  readonly arch: Arch;
  /** Key of the package in the lock. */
  readonly key: string;
  /** Name to acknowledge it under. */
  readonly name: string;
  readonly scripts: Digest;
}

/** Goes through the system sets of a lock. Tools run in a sandbox with nothing of the host: their scripts matter to nobody. */
export function unacknowledged(
  lock: Lock,
  request: PackageRequest,
  acknowledgements: Acknowledgements,
): readonly Unacknowledged[] {
  const result: Unacknowledged[] = [];
  for (const { arch, key, name, scripts } of systemScripts(lock, request)) {
    if (!isAcknowledged(acknowledgements, name, scripts)) result.push({ arch, key, name, scripts });
  }
  return result;
}

/** Whether somebody has judged these scripts, for this package or for all that have them. */
export function isAcknowledged(
  { packages, scripts: shared = {} }: Acknowledgements,
  name: string,
  scripts: Digest,
): boolean {
  return packages[name]?.scripts.includes(scripts) === true || shared[scripts] !== undefined;
}

/** Acknowledged names and digests that no system set has any more. */
export function superfluous(
  lock: Lock,
  request: PackageRequest,
  acknowledgements: Acknowledgements,
): readonly string[] {
  const present = new Map<string, Set<string>>();
  for (const { name, scripts } of systemScripts(lock, request))
    present.set(name, (present.get(name) ?? new Set()).add(scripts));
  const all = new Set([...present.values()].flatMap((digests) => [...digests]));
  return [
    ...Object.keys(acknowledgements.scripts ?? {}).filter((digest) => !all.has(digest)),
    ...Object.entries(acknowledgements.packages).flatMap(([name, { scripts }]) =>
      scripts
        .filter((digest) => !present.get(name)?.has(digest))
        .map((digest) => (present.has(name) ? `${name} (${digest})` : name)),
    ),
  ];
}

/** Names of the effects that the packages of some sets need, sorted. */
export function effectsOf(options: {
  readonly lock: Lock;
  readonly acknowledgements: Acknowledgements;
  readonly sets: readonly string[];
  readonly arch: Arch;
}): readonly string[] {
  const locked = options.lock.arches[options.arch];
  const keys = options.sets.flatMap((set) => locked?.sets[set]?.packages ?? []);
  const { packages, scripts: shared = {} } = options.acknowledgements;
  const effects = keys.flatMap((key) => {
    const { alias = nameAndVersion(key).name, scripts = '' } = locked?.packages[key] ?? {};
    return [...(packages[alias]?.effects ?? []), ...(shared[scripts]?.effects ?? [])];
  });
  return [...new Set(effects)].sort(compareCodeUnits);
}

/** The users and groups that the locked packages of an architecture need, each once: every target gets the same numbers. */
export function accountsOf(options: {
  readonly lock: Lock;
  readonly acknowledgements: Acknowledgements;
  readonly arch: Arch;
}): Accounts {
  const { packages, scripts: shared = {} } = options.acknowledgements;
  const users = new Map<string, Accounts['users'][number]>();
  const groups = new Map<string, Accounts['groups'][number]>();
  for (const [key, { alias = nameAndVersion(key).name, scripts = '' }] of Object.entries(
    options.lock.arches[options.arch]?.packages ?? {},
  ))
    for (const judgement of [packages[alias], shared[scripts]]) {
      for (const [name, user] of Object.entries(judgement?.users ?? {}))
        users.set(JSON.stringify([name, user]), { name, shell: '/usr/sbin/nologin', comment: '', ...user });
      for (const [name, gid] of Object.entries(judgement?.groups ?? {})) groups.set(`${name} ${gid}`, { name, gid });
    }
  // Two packages that want one name in two ways are told by the effect.
  const sorted = <T>(map: ReadonlyMap<string, T>) =>
    [...map].sort(([a], [b]) => compareCodeUnits(a, b)).map(([, each]) => each);
  return { users: sorted(users), groups: sorted(groups) };
}

function* systemScripts(lock: Lock, request: PackageRequest): Generator<Unacknowledged, void, undefined> {
  for (const arch of ARCHES) {
    const locked = lock.arches[arch];
    const seen = new Set<string>();
    for (const [set, { packages }] of Object.entries(locked?.sets ?? {})) {
      if (request.sets[set]?.purpose !== 'system') continue;
      for (const key of packages) {
        const each = locked?.packages[key];
        if (each?.scripts === undefined || seen.has(key)) continue;
        seen.add(key);
        yield { arch, key, name: each.alias ?? nameAndVersion(key).name, scripts: each.scripts };
      }
    }
  }
}
