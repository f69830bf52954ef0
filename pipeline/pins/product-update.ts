import { readFile } from 'node:fs/promises';
import { isSeq, parseDocument } from 'yaml';
import { BuildError, type Failure } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import type { Arch } from '../core/step.ts';
import { withPackage } from './add.ts';
import { readArchives } from './archives.ts';
import { describeChanges } from './changes.ts';
import { ARCHES, openAccess, type PinsAccess, type PinsOptions } from './context.ts';
import { requireFreshLock } from './fresh-lock.ts';
import { guardScripts } from './guard.ts';
import { type HeldIndex, holdLocked } from './held-index.ts';
import { LOCK_VERSION, type Lock, type LockedArch, lockText, nameAndVersion, replaceFile } from './lock.ts';
import * as messages from './messages.ts';
import type { PackageIndex } from './package-index.ts';
import {
  acknowledgementsWith,
  BELOW,
  belowDigest,
  hasPackages,
  joinLocks,
  NEVER_FOLLOWED,
  ofProject,
  PRODUCT_SET,
  type ProductLock,
  type ProductRequest,
  productFiles,
  readProductLock,
  requestWith,
} from './product-pins.ts';
import { namesFor, type PackageRequest } from './request.ts';
import { resolve } from './resolve.ts';
import { requestDigest } from './resolve-sets.ts';
import { keyOf, lockPackages, type PinsUpdate } from './update.ts';

export interface ProductUpdateOptions extends PinsOptions {
  readonly product: ProductRequest;
  /** Names of the project's packages that take their newest version; all when left out. */
  readonly moves?: readonly string[];
}

/**
 * Locks a project's packages above what the release has locked, which stays as it is, and writes the project's packages.lock.json. The archives are
 * verified by the release's keys, and every script must be acknowledged. Otherwise nothing is written.
 */
export async function updateProductPins(options: ProductUpdateOptions): Promise<PinsUpdate> {
  const { projectFolder, product, moves } = options;
  const ours = await requireFreshLock(projectFolder);
  const request = await requestWith(projectFolder, product);
  const set = request.data.sets[PRODUCT_SET];
  if (!hasPackages(product) || !set)
    throw new BuildError(messages.projectWithoutPackages(product.file.place([]), product.shownAs));
  const acknowledgements = await acknowledgementsWith(projectFolder, product);
  const known = await readProductLock(product);
  const before = joinLocks(ours, known);
  const access = openAccess(options, { request: request.data, lock: before });
  const state = await readArchives(access);
  const arches: { [arch in Arch]?: LockedArch } = {};
  for (const arch of ARCHES) {
    const index = await heldIndex(await state.indexOf(arch), {
      arch,
      ours,
      request: request.data,
      known,
      moves,
      access,
    });
    const members = resolveSet({ request, index, arch, ours });
    const packages = await lockPackages(members, before.arches[arch], access);
    arches[arch] = {
      // The release has the others locked.
      packages: Object.fromEntries(Object.entries(packages).filter(([key]) => !ours.arches[arch]?.packages[key])),
      sets: {
        [PRODUCT_SET]: {
          request: requestDigest(set),
          packages: members.map(({ candidate }) => keyOf(candidate)).sort(compareCodeUnits),
        },
      },
    };
  }
  const theirs: ProductLock = {
    version: LOCK_VERSION,
    archives: withSnapshots(state.archives, moves ? known : undefined),
    arches,
    below: Object.fromEntries(ARCHES.map((arch) => [arch, belowDigest(ours, arch)])),
  };
  const lock = joinLocks(ours, theirs);
  const unread = await guardScripts({
    lock,
    before,
    request: request.data,
    acknowledgements: acknowledgements.data,
    access,
  });
  const failures: readonly Failure[] = [
    ...acknowledgements.failures,
    ...unread.map((failure) => ofProject(failure, product)),
  ];
  const [first, ...rest] = failures;
  if (first) throw new BuildError([first, ...rest]);
  await replaceFile(productFiles(product).lock.file, lockText(theirs));
  return { lock, changes: describeChanges(before, lock) };
}

/** Packages that stay may be in an earlier snapshot only. */
function withSnapshots(archives: Lock['archives'], known: ProductLock | undefined): Lock['archives'] {
  return Object.fromEntries(
    Object.entries(archives).map(([name, archive]) => {
      const snapshots = new Set([...archive.snapshots, ...(known?.archives[name]?.snapshots ?? [])]);
      return [name, { ...archive, snapshots: [...snapshots].sort(compareCodeUnits).reverse() }];
    }),
  );
}

/** What the release has locked, and what of the project's packages stays, at their locked versions. */
function heldIndex(
  newest: PackageIndex,
  {
    arch,
    ours,
    request,
    known,
    moves,
    access,
  }: {
    readonly arch: Arch;
    readonly ours: Lock;
    readonly request: PackageRequest;
    readonly known: ProductLock | undefined;
    readonly moves: readonly string[] | undefined;
    readonly access: PinsAccess;
  },
): Promise<HeldIndex> {
  const { packages = {}, sets = {} } = ours.arches[arch] ?? {};
  const ofTargets = Object.keys(sets).filter((set) => request.sets[set]?.above !== undefined);
  // What lies below comes last: it holds where a target has another version.
  const keys = [...ofTargets.flatMap((set) => sets[set]?.packages ?? []), ...keysBelow(ours, arch)];
  const released = keys.map((key) => [key, packages[key]] as const);
  const stays = (key: string) => moves !== undefined && !moves.includes(nameAndVersion(key).name);
  const own = Object.entries(known?.arches[arch]?.packages ?? {}).filter(([key]) => stays(key));
  const held = [...own, ...released].flatMap(([key, locked]) => (locked ? [[key, locked] as const] : []));
  return holdLocked(newest, new Map(held), access);
}

function keysBelow({ arches }: Lock, arch: Arch): readonly string[] {
  return BELOW.flatMap((set) => arches[arch]?.sets[set]?.packages ?? []);
}

function resolveSet({
  request,
  index,
  arch,
  ours,
}: {
  readonly request: { readonly data: PackageRequest; readonly place: ProductRequest['file']['place'] };
  readonly index: HeldIndex;
  readonly arch: Arch;
  readonly ours: Lock;
}) {
  const set = request.data.sets[PRODUCT_SET];
  const below = keysBelow(ours, arch).flatMap((key) => index.get(nameAndVersion(key).name) ?? []);
  const packages = namesFor(set?.packages, arch);
  // An archive without one of them is as well; what the project leaves out must be there.
  const exclude = namesFor(set?.exclude, arch).filter(
    (name) => !NEVER_FOLLOWED.includes(name) || index.get(name) !== undefined,
  );
  const resolution = resolve({ index, packages, exclude, below });
  if (resolution.ok) return resolution.chosen.map((candidate) => ({ candidate }));
  const [first, ...rest] = resolution.troubles.map(({ between: _between, ...trouble }) =>
    messages.inSet(request.place(['sets', PRODUCT_SET]), { name: 'packages of the project', arch }, trouble),
  );
  throw first ? new BuildError([first, ...rest]) : new RangeError('nothing resolves, and nothing says why');
}

/** The text of a rancheros.yaml with packages added, and nothing else changed. */
export async function withProductPackages(file: string, names: readonly string[]): Promise<string> {
  const before = await readFile(file, 'utf8');
  return names.reduce((text, name) => {
    const list = parseDocument(text).getIn(['packages'], true);
    if (isSeq(list) && list.items.length > 0) return withPackage(text, ['packages'], name);
    const item = name.includes(' ') ? JSON.stringify(name) : name;
    if (list !== undefined && isSeq(list)) return text.replace(/^packages: *\[ *\]/m, `packages: [${item}]`);
    return `${text}${text.endsWith('\n') || text === '' ? '' : '\n'}packages: [${item}]\n`;
  }, before);
}
