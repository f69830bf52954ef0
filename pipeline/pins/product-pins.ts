import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadYaml, type YamlFile } from '../config/yaml-file.ts';
import { type Digest, digestOf } from '../core/digest.ts';
import { BuildError, type Failure } from '../core/failure.ts';
import type { Arch } from '../core/step.ts';
import {
  ACKNOWLEDGEMENTS_SCHEMA,
  type Acknowledgements,
  isJudged,
  loadAcknowledgements,
  unacknowledged,
} from './acknowledgements.ts';
import { ARCHES, type PinsFile, pinsFiles } from './context.ts';
import { type Lock, readLock } from './lock.ts';
import * as messages from './messages.ts';
import { loadPackageRequest, type PackageRequest, type SetRequest } from './request.ts';
import { requestDigest } from './resolve-sets.ts';

/** What a project asks Debian for, beside the release. */
export interface ProductRequest {
  /** Absolute path of the project's directory, and how a person named it. */
  readonly folder: string;
  readonly shownAs: string;
  readonly file: YamlFile<{
    readonly packages?: readonly string[];
    readonly withoutPackages?: readonly string[];
  }>;
}

/** The set that a project's packages are locked as. */
export const PRODUCT_SET = 'product';
/** What every system has, and a project's packages therefore need not bring. */
export const BELOW = ['base', 'engine', 'plugins'] as const;
/** Serve maintainer scripts, which do not run, and an init that is not there. A project that wants one of them names it. */
export const NEVER_FOLLOWED: readonly string[] = [
  ...[
    'adduser',
    'base-passwd',
    'debconf',
    'dpkg',
    'init-system-helpers',
    'perl-base',
    'runit-helper',
    'sensible-utils',
  ],
  ...['systemd', 'systemd-standalone-sysusers', 'sysvinit-utils', 'ucf'],
];

/** `packages.lock.json` of a project: of a lock what the release's own lacks. */
export interface ProductLock extends Pick<Lock, 'version' | 'archives' | 'arches'> {
  /** Digests of what the release had locked below, for which the project's packages were chosen. */
  readonly below: { readonly [arch in Arch]?: Digest };
}

/** The files that a project keeps its pins in. */
export function productFiles({ folder, shownAs }: Pick<ProductRequest, 'folder' | 'shownAs'>): {
  readonly lock: PinsFile;
  readonly acknowledgements: PinsFile;
} {
  const of = (name: string): PinsFile => ({ file: path.join(folder, name), shownAs: path.join(shownAs, name) });
  return { lock: of('packages.lock.json'), acknowledgements: of('scripts.yaml') };
}

/** Whether a project asks for any package. */
export function hasPackages(product: ProductRequest | undefined): product is ProductRequest {
  return (product?.file.data.packages ?? []).length > 0;
}

/** What the release and a project ask for, as one. */
export async function requestWith(
  projectFolder: string,
  product: ProductRequest | undefined,
): Promise<YamlFile<PackageRequest>> {
  const ours = await loadPackageRequest(pinsFiles(projectFolder).request);
  if (!hasPackages(product)) return ours;
  const { packages = [], withoutPackages = [] } = product.file.data;
  const set: SetRequest = {
    comment: 'Packages of a project.',
    purpose: 'system',
    arches: [...ARCHES],
    above: [...BELOW],
    packages: [...packages],
    exclude: [...new Set([...NEVER_FOLLOWED, ...withoutPackages])].filter((name) => !packages.includes(name)),
  };
  return {
    data: { ...ours.data, sets: { ...ours.data.sets, [PRODUCT_SET]: set } },
    place: (keys) => (keys[1] === PRODUCT_SET ? product.file.place(['packages']) : ours.place(keys)),
  };
}

/** What people acknowledged of the release's packages and of a project's. */
export async function acknowledgementsWith(
  projectFolder: string,
  product: ProductRequest | undefined,
): Promise<{ readonly data: Acknowledgements; readonly failures: readonly Failure[] }> {
  const ours = await loadAcknowledgements(pinsFiles(projectFolder).acknowledgements);
  const file = product && productFiles(product).acknowledgements;
  if (!file || !existsSync(file.file)) return ours;
  const { data, place } = await loadYaml<Partial<Acknowledgements>>({ ...file, schema: OF_PRODUCT });
  const { effects } = ours.data;
  const failures = Object.entries(data.packages ?? {}).flatMap(([name, entry]) =>
    !isJudged(entry)
      ? [messages.neitherNothingNorEffects(place(['packages', name]), name)]
      : (entry.effects ?? [])
          .filter((effect) => !Object.hasOwn(effects, effect))
          .map((effect) => messages.noSuchEffect(place(['packages', name, 'effects']), effect, Object.keys(effects))),
  );
  const merged = {
    effects,
    scripts: { ...data.scripts, ...ours.data.scripts },
    packages: { ...data.packages, ...joined(ours.data.packages, data.packages ?? {}) },
  };
  return { data: merged, failures: [...ours.failures, ...failures] };
}

/** Effects are brought about by recipes: a project names those that there are. */
const OF_PRODUCT = {
  ...ACKNOWLEDGEMENTS_SCHEMA,
  required: [],
  properties: {
    scripts: ACKNOWLEDGEMENTS_SCHEMA.properties.scripts,
    packages: ACKNOWLEDGEMENTS_SCHEMA.properties.packages,
  },
} as const;

/** A package that both have: its scripts may differ by version, and what the release says of it holds. */
function joined(
  ours: Acknowledgements['packages'],
  theirs: Acknowledgements['packages'],
): Acknowledgements['packages'] {
  return Object.fromEntries(
    Object.entries(ours).map(([name, entry]) => [
      name,
      { ...entry, scripts: [...new Set([...entry.scripts, ...(theirs[name]?.scripts ?? [])])] },
    ]),
  );
}

/** Digest of what the release has locked below a project's packages. */
export function belowDigest({ arches }: Lock, arch: Arch): Digest {
  return digestOf(BELOW.map((set) => (arches[arch]?.sets[set]?.packages ?? []).join(' ')).join('\n'));
}

/** The lock of a project, as it lies there. */
export async function readProductLock(product: ProductRequest): Promise<ProductLock | undefined> {
  const { file, shownAs } = productFiles(product).lock;
  return (await readLock(file, shownAs, { isWhole: false })) as ProductLock | undefined;
}

/** The release's lock with what a project's adds. */
export function joinLocks(lock: Lock, product: ProductLock | undefined): Lock {
  if (!product) return lock;
  const archives = Object.entries(lock.archives).map(([name, archive]) => {
    const snapshots = new Set([...archive.snapshots, ...(product.archives[name]?.snapshots ?? [])]);
    return [name, { ...archive, snapshots: [...snapshots].sort().reverse() }] as const;
  });
  const arches = ARCHES.map((arch) => {
    const [ours, theirs] = [lock.arches[arch], product.arches[arch]];
    return [
      arch,
      {
        packages: { ...ours?.packages, ...theirs?.packages },
        sets: { ...ours?.sets, ...theirs?.sets },
      },
    ] as const;
  });
  return { ...lock, archives: Object.fromEntries(archives), arches: Object.fromEntries(arches) };
}

/**
 * The lock of the release and a project, for a build: the project's part must be what its rancheros.yaml asks for, chosen above what the release
 * has locked now, and its scripts acknowledged. Reads no network. Throws a BuildError of kind `configuration` with all that is wrong.
 */
export async function requireProductLock(
  lock: Lock,
  projectFolder: string,
  product: ProductRequest | undefined,
): Promise<Lock> {
  if (!hasPackages(product)) return lock;
  const files = productFiles(product);
  const theirs = await readProductLock(product);
  if (!theirs) throw new BuildError(messages.projectNotLocked(files.lock.shownAs, product.shownAs));
  const request = await requestWith(projectFolder, product);
  const set = request.data.sets[PRODUCT_SET];
  const joinedLock = joinLocks(lock, theirs);
  const failures: Failure[] = [];
  for (const arch of ARCHES) {
    if (set && theirs.arches[arch]?.sets[PRODUCT_SET]?.request !== requestDigest(set))
      failures.push(messages.projectLockedOtherwise(files.lock.shownAs, arch, product.shownAs));
    else if (theirs.below[arch] !== belowDigest(lock, arch) || lacksPackages(joinedLock, arch))
      failures.push(messages.releaseLockedAnew(files.lock.shownAs, arch, product.shownAs));
  }
  const acknowledgements = await acknowledgementsWith(projectFolder, product);
  const unread = unacknowledged(joinedLock, request.data, acknowledgements.data).map(({ name, arch }) =>
    ofProject(messages.scriptsNotAcknowledged(name, arch), product),
  );
  const [first, ...rest] = [...acknowledgements.failures, ...failures, ...unread];
  if (first) throw new BuildError([first, ...rest]);
  return joinedLock;
}

/** Whether the release no longer has a package that the project took over from its lock. */
function lacksPackages({ arches }: Lock, arch: Arch): boolean {
  const locked = arches[arch];
  return locked?.sets[PRODUCT_SET]?.packages.some((key) => !locked.packages[key]) === true;
}

/** A failure about scripts with the file in which a project acknowledges them. */
export function ofProject(failure: Failure, product: Pick<ProductRequest, 'folder' | 'shownAs'>): Failure {
  return { ...failure, place: { file: productFiles(product).acknowledgements.shownAs } };
}
