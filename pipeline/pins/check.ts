import { BuildError } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import type { Arch } from '../core/step.ts';
import { readArchives } from './archives.ts';
import { ARCHES, openAccess, pinsFiles, type PinsOptions } from './context.ts';
import { type Lock, nameAndVersion, readLock } from './lock.ts';
import { loadPackageRequest, type PackageRequest } from './request.ts';
import { requestDigest } from './resolve-sets.ts';

/** What the archives say of the lock today. */
export interface PinsCheck {
  /** Locked packages of which the archive has another version now. */
  readonly superseded: readonly SupersededPackage[];
  /** Locked packages whose name the archives no longer have. */
  readonly vanished: readonly LockedName[];
  /** Sets that `packages.yaml` asks for otherwise than they are locked. */
  readonly stale: readonly string[];
  /** Whether nothing of the above was found. */
  readonly isCurrent: boolean;
}

export interface LockedName {
  readonly arch: Arch;
  readonly name: string;
  readonly version: string;
  readonly sets: readonly string[];
}

export interface SupersededPackage extends LockedName {
  readonly successor: string;
  /** Archive that has the successor; `debian-security` says why it matters. */
  readonly archive: string;
}

/** Compares the lock with the archives, and changes nothing. */
export async function checkPins(options: PinsOptions): Promise<PinsCheck> {
  const files = pinsFiles(options.projectFolder);
  const request = await loadPackageRequest(files.request);
  const lock = await requireLock(files.lock.file, files.lock.shownAs);
  const state = await readArchives(openAccess(options, { request: request.data, lock }));
  const superseded: SupersededPackage[] = [];
  const vanished: LockedName[] = [];
  for (const arch of ARCHES) {
    const locked = lock.arches[arch];
    if (!locked) continue;
    const index = await state.indexOf(arch);
    for (const key of Object.keys(locked.packages).sort(compareCodeUnits)) {
      const { name, version } = nameAndVersion(key);
      const sets = Object.keys(locked.sets).filter((set) => locked.sets[set]?.packages.includes(key)).sort(compareCodeUnits);
      // A kernel's successor has another name: its metapackage knows it.
      const alias = locked.packages[key]?.alias;
      const candidate = index.get(alias ?? name);
      if (!candidate) vanished.push({ arch, name, version, sets });
      else if (candidate.version !== version) superseded.push({ arch, name, version, sets, successor: candidate.version, archive: candidate.archive });
    }
  }
  const stale = staleSets(lock, request.data);
  return { superseded, vanished, stale, isCurrent: superseded.length + vanished.length + stale.length === 0 };
}

/** The lock, or the failure that says how to make one. */
export async function requireLock(file: string, shownAs: string): Promise<Lock> {
  const lock = await readLock(file, shownAs);
  if (lock) return lock;
  throw new BuildError({ kind: 'configuration', message: 'There is no lock of packages, or it has an older form.', place: { file: shownAs }, hint: 'Run “npm run pins -- update”.' });
}

/** Names of sets, with their architecture, that are not locked as `packages.yaml` asks for them. */
export function staleSets(lock: Lock, request: PackageRequest): readonly string[] {
  return ARCHES.flatMap((arch) => {
    const sets = lock.arches[arch]?.sets ?? {};
    const wanted = Object.entries(request.sets).filter(([, set]) => set.arches.includes(arch));
    const changed = wanted.filter(([name, set]) => sets[name]?.request !== requestDigest(set)).map(([name]) => name);
    const dropped = Object.keys(sets).filter((name) => !wanted.some(([each]) => each === name));
    return [...changed, ...dropped].sort(compareCodeUnits).map((name) => `${name} (${arch})`);
  });
}
