import pLimit from 'p-limit';
import { BuildError, type Failure } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import type { Arch, PackagePin } from '../core/step.ts';
import { loadAcknowledgements, superfluous } from './acknowledgements.ts';
import { readArchives } from './archives.ts';
import { describeChanges } from './changes.ts';
import { ARCHES, openAccess, type PinsAccess, type PinsOptions, pinsFiles } from './context.ts';
import { checkedBytes } from './fresh-lock.ts';
import { guardScripts } from './guard.ts';
import { lockKeyring } from './keyring.ts';
import {
  LOCK_VERSION,
  type Lock,
  type LockedArch,
  type LockedPackage,
  lockText,
  pinOf,
  readLock,
  replaceFile,
  sealLock,
} from './lock.ts';
import type { Candidate, PackageIndex } from './package-index.ts';
import { loadPackageRequest } from './request.ts';
import { connectedSets, type ResolvedMember, resolveSets } from './resolve-sets.ts';
import { readScripts } from './scripts.ts';

export interface UpdateOptions extends PinsOptions {
  /** Sets to resolve again, with those they stack with; the others stay as they are. All when left out. */
  readonly only?: readonly string[];
}

export interface PinsUpdate {
  readonly lock: Lock;
  /** One line per package that came, went or changed its version. */
  readonly changes: readonly string[];
}

/**
 * Resolves `targets/packages.yaml` against the archives as they are now and writes `targets/packages.lock.json`, if every script in
 * a system set is acknowledged. Otherwise nothing is written and the BuildError shows each script, or how it changed.
 */
export async function updatePins(options: UpdateOptions): Promise<PinsUpdate> {
  const files = pinsFiles(options.projectFolder);
  const request = await loadPackageRequest(files.request);
  const acknowledgements = await loadAcknowledgements(files.acknowledgements);
  const checked = await checkedBytes(files);
  const before = await readLock(files.lock.file, files.lock.shownAs);
  const access = openAccess(options, { request: request.data, lock: before });
  const state = await readArchives(access);
  const sets = options.only ? connectedSets(request.data, options.only) : Object.keys(request.data.sets);

  const arches: { [arch in Arch]?: LockedArch } = {};
  let keyringPin: PackagePin | undefined = before?.keyring;
  for (const arch of ARCHES) {
    const index = await state.indexOf(arch);
    keyringPin = pinOfKeyring(index, request.data.keyring.name) ?? keyringPin;
    const resolved = resolveSets({ request, index, arch, sets });
    const known = before?.arches[arch];
    const packages = {
      ...known?.packages,
      ...(await lockPackages(
        resolved.flatMap(({ members }) => members),
        known,
        access,
      )),
    };
    const kept = options.only ? known?.sets : {};
    const all = {
      ...kept,
      ...Object.fromEntries(
        resolved.map(({ name, request: digest, members }) => [
          name,
          { request: digest, packages: members.map(({ candidate }) => keyOf(candidate)).sort(compareCodeUnits) },
        ]),
      ),
    };
    if (Object.keys(all).length > 0) arches[arch] = onlyUsed({ packages, sets: all });
  }
  if (!keyringPin)
    throw new BuildError({
      kind: 'configuration',
      message: `The archives have no package ${request.data.keyring.name}.`,
      place: request.place(['keyring', 'name']),
    });
  const archives = Object.fromEntries(
    Object.entries(state.archives).map(([name, archive]) => {
      // Sets that stay may hold packages that only an earlier snapshot has.
      const earlier = options.only ? (before?.archives[name]?.snapshots ?? []) : [];
      return [
        name,
        { ...archive, snapshots: [...new Set([...archive.snapshots, ...earlier])].sort(compareCodeUnits).reverse() },
      ];
    }),
  );
  const keyring = await lockKeyring(keyringPin, access);
  const lock = sealLock({ version: LOCK_VERSION, archives, keyring: keyring.locked, arches }, checked);
  const failures: readonly Failure[] = [
    ...acknowledgements.failures,
    ...(await guardScripts({ lock, before, request: request.data, acknowledgements: acknowledgements.data, access })),
  ];
  const [first, ...rest] = failures;
  if (first) throw new BuildError([first, ...rest]);
  for (const name of superfluous(lock, request.data, acknowledgements.data)) {
    options.report({
      type: 'note',
      level: 'warning',
      message: `${files.acknowledgements.shownAs} acknowledges scripts that no system set has: ${name}`,
    });
  }
  await replaceFile(files.keyring.file, keyring.bytes);
  await replaceFile(files.lock.file, lockText(lock));
  return { lock, changes: describeChanges(before, lock) };
}

function pinOfKeyring(index: PackageIndex, name: string): PackagePin | undefined {
  const candidate = index.get(name);
  return candidate ? pinOf(keyOf(candidate), lockedOf(candidate)) : undefined;
}

function keyOf({ name, version }: Candidate): string {
  return `${name}=${version}`;
}

function lockedOf({ arch, archive, path, size, digest }: Candidate): LockedPackage {
  return { arch, archive, path, size, digest };
}

/** Fetches what is new and reads its scripts; what is locked already with the same bytes is taken as it is. */
async function lockPackages(
  members: readonly ResolvedMember[],
  known: LockedArch | undefined,
  access: PinsAccess,
): Promise<{ readonly [key: string]: LockedPackage }> {
  const unique = new Map(members.map((member) => [keyOf(member.candidate), member]));
  // Unpacking is work for the processor, and a large package is held in memory whole.
  const reading = pLimit(2);
  const entries = await Promise.all(
    [...unique].map(async ([key, { candidate, alias }]): Promise<readonly [string, LockedPackage]> => {
      const locked = { ...lockedOf(candidate), ...(alias === undefined ? {} : { alias }) };
      const before = known?.packages[key];
      if (before?.digest === locked.digest && before.alias === alias)
        return [key, { ...locked, ...(before.scripts === undefined ? {} : { scripts: before.scripts }) }];
      const blob = await access.fetcher.fetch(pinOf(key, locked), access);
      const scripts = await reading(() =>
        readScripts(access.store.pathOf(blob.digest), { name: candidate.name, version: candidate.version, alias }),
      );
      return [key, { ...locked, ...(scripts ? { scripts: scripts.digest } : {}) }];
    }),
  );
  return Object.fromEntries(entries);
}

/** Drops packages that no set names any more. */
function onlyUsed({ packages, sets }: LockedArch): LockedArch {
  const used = new Set(Object.values(sets).flatMap((set) => set.packages));
  return { sets, packages: Object.fromEntries(Object.entries(packages).filter(([key]) => used.has(key))) };
}
