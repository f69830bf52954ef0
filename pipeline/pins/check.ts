import { compareCodeUnits } from '../core/json.ts';
import type { Arch } from '../core/step.ts';
import { loadAcknowledgements, unacknowledged } from './acknowledgements.ts';
import { readArchives } from './archives.ts';
import { ARCHES, openAccess, type PinsOptions, pinsFiles } from './context.ts';
import { requireLock, staleSets } from './fresh-lock.ts';
import { nameAndVersion, setsHolding } from './lock.ts';
import { loadPackageRequest } from './request.ts';

/** What the archives say of the lock today. */
export interface PinsCheck {
  /** Locked packages of which the archive has another version now. */
  readonly superseded: readonly SupersededPackage[];
  /** Locked packages whose name the archives no longer have. */
  readonly vanished: readonly LockedName[];
  /** Sets that `packages.yaml` asks for otherwise than they are locked. */
  readonly stale: readonly string[];
  /** Names of packages whose scripts `scripts.yaml` does not acknowledge, with their architecture. */
  readonly unacknowledged: readonly string[];
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
      const sets = setsHolding(locked, key);
      // A kernel's successor has another name: its metapackage knows it.
      const alias = locked.packages[key]?.alias;
      const candidate = index.get(alias ?? name);
      if (!candidate) vanished.push({ arch, name, version, sets });
      else if (candidate.version !== version)
        superseded.push({ arch, name, version, sets, successor: candidate.version, archive: candidate.archive });
    }
  }
  const stale = staleSets(lock, request.data);
  const { data: acknowledgements } = await loadAcknowledgements(files.acknowledgements);
  const missing = unacknowledged(lock, request.data, acknowledgements).map(({ name, arch }) => `${name} (${arch})`);
  const isCurrent = superseded.length + vanished.length + stale.length + missing.length === 0;
  return { superseded, vanished, stale, unacknowledged: missing, isCurrent };
}
