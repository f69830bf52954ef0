import { type Digest, isDigest } from '../core/digest.ts';
import type { MediumContents } from '../core/medium.ts';
import type { Arch } from '../core/step.ts';

/** A Debian package whose files a release ships. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: Arch | 'all';
  /** What advisories name. */
  readonly source: { readonly name: string; readonly version: string };
  /** `source=version` of everything else whose code is in it, sorted; left out where there is none. */
  readonly builtUsing?: readonly string[];
  /** Archive of the lock, and the path below its root. */
  readonly archive: string;
  readonly path: string;
  /** Of the `.deb`. */
  readonly digest: Digest;
}

/** Which packages are in which files of the media. */
export interface Shipped {
  /** Keys of packages, sorted, by the digest of a layer, kernel, initrd or another file that holds any. */
  readonly components: { readonly [digest: string]: readonly string[] };
  /** By `packageKey`. */
  readonly packages: { readonly [key: string]: ShippedPackage };
}

export const NOTHING_SHIPPED: Shipped = { components: {}, packages: {} };

/** `libc6:amd64=2.41-12`, as apt takes it. */
export function packageKey({ name, arch, version }: Pick<ShippedPackage, 'name' | 'arch' | 'version'>): string {
  return `${name}:${arch}=${version}`;
}

/** Digests by which `components` names what is in a release file: of the files in it or, where it has none, of the files that it is. */
export function componentDigests({ files, parts = [] }: MediumContents): readonly Digest[] {
  const inside = Object.values(files);
  return (inside.length > 0 ? inside : parts).map(({ digest }) => digest);
}

/** Several lists as one. A component, by its digest, has the same packages in all of them. */
export function joined(lists: readonly Shipped[]): Shipped {
  return {
    components: Object.assign({}, ...lists.map(({ components }) => components)),
    packages: Object.assign({}, ...lists.map(({ packages }) => packages)),
  };
}

/** What of a list some release files hold. */
export function shippedIn(
  files: Iterable<{ readonly contents?: MediumContents | undefined }>,
  known: Shipped,
): Shipped {
  const components: { [digest: string]: readonly string[] } = {};
  const packages: { [key: string]: ShippedPackage } = {};
  for (const { contents } of files)
    for (const digest of contents ? componentDigests(contents) : []) {
      const keys = known.components[digest];
      if (!keys) continue;
      components[digest] = keys;
      for (const key of keys) packages[key] = known.packages[key] as ShippedPackage;
    }
  return { components, packages };
}

/** What is wrong with such lists that were read, as the end of a sentence; undefined where nothing is. */
export function shippedTrouble({
  components,
  packages,
}: {
  readonly components?: unknown;
  readonly packages?: unknown;
}): string | undefined {
  if (!isTable(components) || !isTable(packages)) return 'it lists no packages';
  for (const [key, value] of Object.entries(packages))
    if (!isPackage(value) || packageKey(value) !== key)
      return `what it says of the package ${JSON.stringify(key)} is not whole`;
  for (const [digest, keys] of Object.entries(components)) {
    if (!isDigest(digest) || !Array.isArray(keys))
      return `${JSON.stringify(digest)} names no component and its packages`;
    const unknown = keys.find((key) => typeof key !== 'string' || !Object.hasOwn(packages, key));
    if (unknown !== undefined) return `it does not list the package ${JSON.stringify(unknown)} of a component`;
  }
  return undefined;
}

function isTable(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPackage(value: unknown): value is ShippedPackage {
  if (!isTable(value)) return false;
  const { name, version, arch, source, archive, path, digest, builtUsing = [] } = value;
  return (
    [name, version, archive, path].every((text) => typeof text === 'string') &&
    (arch === 'amd64' || arch === 'arm64' || arch === 'all') &&
    isTable(source) &&
    typeof source['name'] === 'string' &&
    typeof source['version'] === 'string' &&
    typeof digest === 'string' &&
    isDigest(digest) &&
    Array.isArray(builtUsing) &&
    builtUsing.every((each) => typeof each === 'string')
  );
}
