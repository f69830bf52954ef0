import type { Digest } from '../core/digest.ts';
import type { Failure } from '../core/failure.ts';
import { BuildError } from '../core/failure.ts';
import { stopIfAborted } from '../core/interrupted.ts';
import { type Acknowledgements, isAcknowledged, type Unacknowledged, unacknowledged } from './acknowledgements.ts';
import type { PinsAccess } from './context.ts';
import { lineDiff } from './line-diff.ts';
import { type Lock, nameAndVersion, pinOf } from './lock.ts';
import { scriptsChanged, scriptsNew, scriptsShared } from './messages.ts';
import type { PackageRequest } from './request.ts';
import { type PackageScripts, readScripts, scriptsText } from './scripts.ts';

export interface GuardOptions {
  readonly lock: Lock;
  /** The lock so far: its packages are what was acknowledged last. */
  readonly before: Lock | undefined;
  readonly request: PackageRequest;
  readonly acknowledgements: Acknowledgements;
  readonly access: PinsAccess;
}

/**
 * One failure per script that nobody has acknowledged, with its text, or with the difference to the one acknowledged last where that
 * package can still be had, and the entry to add.
 */
export async function guardScripts({
  lock,
  before,
  request,
  acknowledgements,
  access,
}: GuardOptions): Promise<readonly Failure[]> {
  const all = unacknowledged(lock, request, acknowledgements);
  const { shared, own } = partShared(all);
  const failures: Failure[] = [];
  for (const [digest, [first, ...rest]] of shared) {
    if (!first) continue;
    const found = await scriptsIn(lock, first, access);
    const names = [...new Set([first, ...rest].map(({ name }) => name))];
    failures.push(scriptsShared(names, digest, found ? scriptsText(found) : '(the package has no scripts)'));
  }
  const groups = new Map<string, Unacknowledged[]>();
  for (const each of own) groups.set(each.name, [...(groups.get(each.name) ?? []), each]);
  for (const [name, [first, ...rest]] of groups) {
    if (!first) continue;
    stopIfAborted(access.signal);
    const ofName = [first, ...rest];
    const now = await scriptsIn(lock, first, access);
    const earlier = before ? await acknowledgedScripts(before, first, { acknowledgements, access }) : undefined;
    const text = now ? scriptsText(now) : '(the package has no scripts)';
    const toRead = {
      name,
      arches: ofName.map(({ arch }) => arch),
      digests: [...new Set(ofName.map(({ scripts }) => scripts))],
    };
    failures.push(earlier ? scriptsChanged(toRead, lineDiff(scriptsText(earlier), text)) : scriptsNew(toRead, text));
  }
  return failures;
}

/** Scripts that packages of several names have alike, by their digest, and the others. */
function partShared(all: readonly Unacknowledged[]): {
  readonly shared: ReadonlyMap<Digest, readonly Unacknowledged[]>;
  readonly own: readonly Unacknowledged[];
} {
  const byDigest = new Map<Digest, Unacknowledged[]>();
  for (const each of all) byDigest.set(each.scripts, [...(byDigest.get(each.scripts) ?? []), each]);
  const shared = new Map([...byDigest].filter(([, group]) => new Set(group.map(({ name }) => name)).size > 1));
  return { shared, own: all.filter(({ scripts }) => !shared.has(scripts)) };
}

/** The scripts of the package that the earlier lock had under the same name, if they were acknowledged. */
async function acknowledgedScripts(
  before: Lock,
  { name, arch }: Unacknowledged,
  { acknowledgements, access }: Pick<GuardOptions, 'acknowledgements' | 'access'>,
): Promise<PackageScripts | undefined> {
  const found = Object.entries(before.arches[arch]?.packages ?? {}).find(
    ([key, { alias, scripts }]) =>
      (alias ?? nameAndVersion(key).name) === name &&
      scripts !== undefined &&
      isAcknowledged(acknowledgements, name, scripts),
  );
  if (!found) return undefined;
  try {
    return await scriptsIn(before, { arch, key: found[0] }, access);
  } catch (error) {
    // The old package may be gone from everywhere: then the whole text is shown instead of a difference.
    if (error instanceof BuildError && error.failures[0].kind !== 'interrupted') return undefined;
    throw error;
  }
}

async function scriptsIn(
  lock: Lock,
  { arch, key }: Pick<Unacknowledged, 'arch' | 'key'>,
  access: PinsAccess,
): Promise<PackageScripts | undefined> {
  const locked = lock.arches[arch]?.packages[key];
  if (!locked) return undefined;
  const blob = await access.fetcher.fetch(pinOf(key, locked), access);
  return readScripts(access.store.pathOf(blob.digest), { ...nameAndVersion(key), alias: locked.alias });
}
