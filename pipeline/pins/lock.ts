import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type Digest, digestOf, isDigest } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import type { Arch, PackagePin } from '../core/step.ts';
import * as messages from './messages.ts';

/** Goes up when the meaning of the lock changes, so that an old one is resolved anew and never misread. */
export const LOCK_VERSION = 1;

/** `targets/packages.lock.json`: what `packages.yaml` resolved to. */
export interface Lock {
  readonly version: typeof LOCK_VERSION;
  readonly archives: { readonly [name: string]: LockedArchive };
  /** Where the keys came from that the next update trusts. */
  readonly keyring: LockedKeyring;
  readonly arches: { readonly [arch in Arch]?: LockedArch };
  /** Digest over all of the above and the bytes of `packages.yaml` and `scripts.yaml`: where it holds, a build need not check them again. */
  readonly seal?: Digest;
}

export interface LockedArchive {
  readonly suite: string;
  readonly codename: string;
  /** When the archive signed its index, as in `20260912T195541Z`. */
  readonly date: string;
  /** The signed index that the newest of the sets were resolved from. */
  readonly inRelease: Digest;
  /** Times of snapshots that hold what is locked, newest first: several after sets were resolved one by one. */
  readonly snapshots: readonly string[];
}

export interface LockedKeyring extends PackagePin {
  /** Digest of the keys' file in `targets/`. */
  readonly keys: Digest;
}

export interface LockedArch {
  /** By `name=version`: two sets may hold different versions when they were resolved at different times. */
  readonly packages: { readonly [key: string]: LockedPackage };
  readonly sets: { readonly [name: string]: LockedSet };
}

export interface LockedSet {
  /** Digest of the set's entry in `packages.yaml`, to tell a lock that is out of date. */
  readonly request: Digest;
  /** Keys of packages, sorted. */
  readonly packages: readonly string[];
}

export interface LockedPackage {
  readonly arch: Arch | 'all';
  readonly archive: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
  /** Digest of what the package would run or declare when it is installed (`scripts.ts`); absent where there is nothing. */
  readonly scripts?: Digest;
  /** Name under which its scripts are acknowledged when its own name holds a version: that of its metapackage. */
  readonly alias?: string;
}

/**
 * Reads the lock; undefined where there is none yet or it has an older form. Throws `configuration` for a damaged one.
 * One that is not whole has packages that are locked elsewhere.
 */
export async function readLock(
  file: string,
  shownAs: string,
  { isWhole = true }: { readonly isWhole?: boolean } = {},
): Promise<Lock | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new BuildError(messages.lockNotJson(shownAs, String(error)));
  }
  if (typeof data !== 'object' || data === null || !('version' in data))
    throw new BuildError(messages.lockWithoutVersion(shownAs));
  if (data.version !== LOCK_VERSION) return undefined;
  // Written by us and reviewed as a file; what a build relies on, digests and references, is checked.
  const lock = data as Lock;
  for (const { packages, sets } of Object.values(lock.arches)) {
    for (const [key, locked] of Object.entries(packages))
      if (!isDigest(locked.digest)) throw new BuildError(messages.lockWithoutDigest(shownAs, key));
    for (const [name, set] of Object.entries(sets)) {
      for (const key of set.packages)
        if (isWhole && !packages[key]) throw new BuildError(messages.lockWithoutPackage(shownAs, name, key));
    }
  }
  return lock;
}

/** Writes a file beside and renames it. */
export async function replaceFile(file: string, contents: string | Uint8Array): Promise<void> {
  const temporary = `${file}.new`;
  try {
    await writeFile(temporary, contents);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The lock with its seal over itself and the bytes of the files it was checked against. */
export function sealLock(lock: Lock, checked: readonly Uint8Array[]): Lock {
  const { seal: _seal, ...rest } = lock;
  return { ...rest, seal: digestOf([digestOf(lockText(rest)), ...checked.map(digestOf)].join('\n')) };
}

/** JSON with sorted keys, one line per package: a change of one package is a change of one line. */
export function lockText(lock: Omit<Lock, 'keyring'>): string {
  return `${print(lock, 0)}\n`;
}

function print(value: unknown, depth: number): string {
  const indent = '  '.repeat(depth + 1);
  const end = '  '.repeat(depth);
  if (Array.isArray(value)) {
    return value.length === 0
      ? '[]'
      : `[\n${value.map((item) => indent + print(item, depth + 1)).join(',\n')}\n${end}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => compareCodeUnits(a, b));
  if ('path' in value)
    return `{ ${members.map(([key, member]) => `${JSON.stringify(key)}: ${JSON.stringify(member)}`).join(', ')} }`;
  return `{\n${members.map(([key, member]) => `${indent}${JSON.stringify(key)}: ${print(member, depth + 1)}`).join(',\n')}\n${end}}`;
}

/** A package of the lock as an input of a step. */
export function pinOf(key: string, locked: LockedPackage): PackagePin {
  const { arch, archive, path, size, digest } = locked;
  return { from: 'debian', ...nameAndVersion(key), arch, archive, path, size, digest };
}

/** The two halves of a lock's key. */
export function nameAndVersion(key: string): { readonly name: string; readonly version: string } {
  const at = key.indexOf('=');
  return { name: key.slice(0, at), version: key.slice(at + 1) };
}

/** Names of the sets that hold a package, sorted. */
export function setsHolding({ sets }: LockedArch, key: string): readonly string[] {
  return Object.keys(sets)
    .filter((set) => sets[set]?.packages.includes(key))
    .sort(compareCodeUnits);
}

/** The packages of a set, in the lock's order. Throws `configuration` where the lock does not have it. */
export function packagesOf(lock: Lock, set: string, arch: Arch): readonly PackagePin[] {
  const locked = lock.arches[arch];
  const keys = locked?.sets[set]?.packages;
  if (!locked || !keys) {
    throw new BuildError(messages.setNotLocked(set, arch, Object.keys(locked?.sets ?? {})));
  }
  return keys.flatMap((key) => {
    const each = locked.packages[key];
    return each ? [pinOf(key, each)] : [];
  });
}
