import type { Failure } from '../core/failure.ts';
import { BuildError } from '../core/failure.ts';
import { stopIfAborted } from '../core/interrupted.ts';
import {
  type Acknowledgements,
  isAcknowledged,
  proposeEntry,
  proposeSharedEntry,
  type Unacknowledged,
  unacknowledged,
} from './acknowledgements.ts';
import type { PinsAccess } from './context.ts';
import { lineDiff } from './line-diff.ts';
import { type Lock, nameAndVersion, pinOf } from './lock.ts';
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
    failures.push({
      kind: 'configuration',
      message: `The same scripts of ${names.join(', ')} are not acknowledged.`,
      place: { file: 'targets/scripts.yaml' },
      evidence: found ? scriptsText(found) : '(the package has no scripts)',
      hint: `Read it, and acknowledge it once, under \`scripts\`:\n${proposeSharedEntry(digest)}`,
    });
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
    failures.push({
      kind: 'configuration',
      message: earlier
        ? `The scripts of ${name} (${archesOf(ofName)}) changed.`
        : `The scripts of ${name} (${archesOf(ofName)}) are not acknowledged.`,
      place: { file: 'targets/scripts.yaml' },
      evidence: earlier ? lineDiff(scriptsText(earlier), text) : text,
      hint: `Read it, and acknowledge it:\n${proposeEntry(name, [...new Set(ofName.map(({ scripts }) => scripts))])}`,
    });
  }
  return failures;
}

/** Scripts that packages of several names have alike, by their digest, and the others. */
function partShared(all: readonly Unacknowledged[]): {
  readonly shared: ReadonlyMap<string, readonly Unacknowledged[]>;
  readonly own: readonly Unacknowledged[];
} {
  const byDigest = new Map<string, Unacknowledged[]>();
  for (const each of all) byDigest.set(each.scripts, [...(byDigest.get(each.scripts) ?? []), each]);
  const shared = new Map([...byDigest].filter(([, group]) => new Set(group.map(({ name }) => name)).size > 1));
  return { shared, own: all.filter(({ scripts }) => !shared.has(scripts)) };
}

function archesOf(all: readonly Unacknowledged[]): string {
  return all.map(({ arch }) => arch).join(', ');
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
