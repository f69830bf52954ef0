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
import * as messages from './messages.ts';
import { type Moves, requireKnown, resolveMoves } from './moves.ts';
import type { Candidate, PackageIndex } from './package-index.ts';
import { loadPackageRequest } from './request.ts';
import { type ResolvedMember, resolveSets } from './resolve-sets.ts';
import { readScripts } from './scripts.ts';

export interface UpdateOptions extends PinsOptions {
  /** Which locked packages take their newest version; the others move only where nothing resolves otherwise. All when left out. */
  readonly moves?: Moves;
  /** What `packages.yaml` is to say; it is written with the lock. */
  readonly request?: string;
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
  const request = await loadPackageRequest(files.request, options.request);
  const acknowledgements = await loadAcknowledgements(files.acknowledgements);
  const checked = await checkedBytes(files, options.request);
  const before = await readLock(files.lock.file, files.lock.shownAs);
  const access = openAccess(options, { request: request.data, lock: before });
  const state = await readArchives(access);
  const { moves } = options;
  if (moves) requireKnown(moves, before, request.data);

  const arches: { [arch in Arch]?: LockedArch } = {};
  let keyringPin: PackagePin | undefined = before?.keyring;
  for (const arch of ARCHES) {
    const index = await state.indexOf(arch);
    keyringPin = pinOfKeyring(index, request.data.keyring.name) ?? keyringPin;
    const known = before?.arches[arch];
    const resolved = moves
      ? await resolveMoves({ request, index, arch, locked: known, moves, access })
      : resolveSets({ request, index, arch, sets: Object.keys(request.data.sets) });
    const members = resolved.flatMap((set) => set.members);
    const sets = Object.fromEntries(
      resolved.map(({ name, request: digest, members: own }) => [
        name,
        { request: digest, packages: own.map(({ candidate }) => keyOf(candidate)).sort(compareCodeUnits) },
      ]),
    );
    if (resolved.length > 0) arches[arch] = { packages: await lockPackages(members, known, access), sets };
  }
  if (!keyringPin)
    throw new BuildError(messages.keyringNotInArchives(request.place(['keyring', 'name']), request.data.keyring.name));
  const archives = Object.fromEntries(
    Object.entries(state.archives).map(([name, archive]) => {
      // Packages that stay may be in an earlier snapshot only.
      const earlier = moves ? (before?.archives[name]?.snapshots ?? []) : [];
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
  // First, so that an interruption leaves a lock that is known to be out of date.
  if (options.request !== undefined) await replaceFile(files.request.file, options.request);
  await replaceFile(files.keyring.file, keyring.bytes);
  await replaceFile(files.lock.file, lockText(lock));
  return { lock, changes: describeChanges(before, lock) };
}

function pinOfKeyring(index: PackageIndex, name: string): PackagePin | undefined {
  const candidate = index.get(name);
  return candidate ? pinOf(keyOf(candidate), lockedOf(candidate)) : undefined;
}

export function keyOf({ name, version }: Candidate): string {
  return `${name}=${version}`;
}

function lockedOf({ arch, archive, path, size, digest }: Candidate): LockedPackage {
  return { arch, archive, path, size, digest };
}

/** Fetches what is new and reads its scripts; what is locked already with the same bytes is taken as it is. */
export async function lockPackages(
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
