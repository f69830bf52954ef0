import { readFile } from 'node:fs/promises';
import { BuildError } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import { loadAcknowledgements, unacknowledged } from './acknowledgements.ts';
import { ARCHES, type PinsFiles, pinsFiles } from './context.ts';
import { type Lock, readLock, sealLock } from './lock.ts';
import * as messages from './messages.ts';
import { loadPackageRequest, type PackageRequest } from './request.ts';
import { requestDigest } from './resolve-sets.ts';

/**
 * The lock, for a build: it must be what `packages.yaml` asks for, and every script in a system set must be acknowledged. Reads three
 * files and no network. Throws a BuildError of kind `configuration` with all that is wrong.
 */
export async function requireFreshLock(projectFolder: string): Promise<Lock> {
  const files = pinsFiles(projectFolder);
  const lock = await requireLock(files.lock.file, files.lock.shownAs);
  // The seal saves parsing YAML at each start, a tenth of a second.
  const checked = await checkedBytes(files).catch(() => undefined);
  if (checked && lock.seal !== undefined && lock.seal === sealLock(lock, checked).seal) return lock;
  const [request, acknowledgements] = await Promise.all([
    loadPackageRequest(files.request),
    loadAcknowledgements(files.acknowledgements),
  ]);
  const stale = staleSets(lock, request.data).map((set) => messages.setLockedOtherwise(set, files.lock.shownAs));
  const unread = unacknowledged(lock, request.data, acknowledgements.data).map(({ name, arch }) =>
    messages.scriptsNotAcknowledged(name, arch),
  );
  const [first, ...rest] = [...acknowledgements.failures, ...stale, ...unread];
  if (first) throw new BuildError([first, ...rest]);
  return lock;
}

/** The bytes that a lock is sealed over; `request` takes the place of `packages.yaml`. */
export async function checkedBytes(files: PinsFiles, request?: string): Promise<readonly Uint8Array[]> {
  return Promise.all([
    request === undefined ? readFile(files.request.file) : Buffer.from(request),
    readFile(files.acknowledgements.file),
  ]);
}

/** The lock, or the failure that says how to make one. */
export async function requireLock(file: string, shownAs: string): Promise<Lock> {
  const lock = await readLock(file, shownAs);
  if (lock) return lock;
  throw new BuildError(messages.noLock(shownAs));
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
