import { compareCodeUnits } from '../core/json.ts';
import type { Medium, MediumKind } from '../core/medium.ts';
import type { Artifact, InputRef } from '../core/step.ts';
import { apportion } from './apportion.ts';
import { type Built, type FileInside, filesInside } from './inside.ts';

/** Bytes of something: what it takes in the release file, and what it has unpacked. */
export interface Sized {
  readonly name: string;
  /** Its share of the release file as it lies there, compressed. */
  readonly bytes: number;
  /** Unpacked. */
  readonly unpacked: number;
}

/** One release file. All parts together have its `bytes`. */
export interface SizedMedium extends Sized {
  readonly kind: MediumKind;
  /** Largest first. */
  readonly components: readonly SizedComponent[];
}

/** A layer, kernel, initrd or another file of a medium. */
export interface SizedComponent extends Sized {
  readonly packages: readonly SizedPackage[];
}

export interface SizedPackage extends Sized {
  readonly files: readonly Sized[];
}

/** What a medium has beside the files that are known to lie in it. */
export const REST = 'tables, file system and padding';

/** How much of a release file each component, package and file takes. */
export async function sizedMedium(
  path: string,
  { artifact, medium }: { readonly artifact: Artifact; readonly medium: Medium },
  built: Built,
): Promise<SizedMedium> {
  const { size: bytes = 0 } = (await built.blobOf(artifact)) ?? {};
  const parts = await componentFiles(medium, built);
  const own = parts.map(({ size }) => size);
  const sum = own.reduce((all, size) => all + size, 0);
  // A medium that is compressed as a whole is smaller than what is in it.
  const shares = sum > bytes ? apportion(bytes, own) : own;
  const components = parts.map((part, index) => sizedComponent(part, shares[index] ?? 0));
  const rest = bytes - shares.reduce((all, share) => all + share, 0);
  const all = rest > 0 ? [...components, { name: REST, bytes: rest, unpacked: rest, packages: [] }] : components;
  return { name: path, kind: medium.kind, bytes, unpacked: unpackedOf(all), components: sorted(all) };
}

interface ComponentFiles {
  readonly name: string;
  /** Bytes as it lies in the medium, before that is compressed as a whole. */
  readonly size: number;
  readonly files: readonly FileInside[];
}

async function componentFiles({ contents, parts = [] }: Medium, built: Built): Promise<readonly ComponentFiles[]> {
  const named: readonly (readonly [string, InputRef])[] =
    Object.keys(contents).length > 0
      ? Object.entries(contents)
      : parts.map((part) => [built.graph.step(part.step).title.replace(/^gzip /, ''), part]);
  const found = await Promise.all(
    named.map(async ([name, ref]) => ({
      name,
      size: (await built.blobOf(ref))?.size ?? 0,
      files: await filesInside(ref, name, built),
    })),
  );
  return Object.keys(contents).length > 0 ? found : withoutCovered(found);
}

/** Of layers that were merged, given from the lowest: a path is in the highest that has it. */
function withoutCovered(layers: readonly ComponentFiles[]): readonly ComponentFiles[] {
  const above = new Set<string>();
  return layers
    .toReversed()
    .map((layer) => {
      const files = layer.files.filter(({ path }) => !above.has(path));
      for (const { path } of layer.files) above.add(path);
      return { ...layer, files };
    })
    .toReversed();
}

/** Apportions the bytes of a component over its files by what they have unpacked: inside of a compressed layer nobody can tell them apart. */
function sizedComponent({ name, files }: ComponentFiles, bytes: number): SizedComponent {
  const shares = apportion(
    bytes,
    files.map(({ size }) => size),
  );
  const packages = new Map<string, Sized[]>();
  for (const [index, file] of files.entries()) {
    const ofPackage = packages.get(file.package) ?? [];
    ofPackage.push({ name: file.path, bytes: shares[index] ?? 0, unpacked: file.size });
    packages.set(file.package, ofPackage);
  }
  const sized = [...packages].map(
    ([owner, inside]): SizedPackage => ({
      name: owner,
      bytes: inside.reduce((sum, file) => sum + file.bytes, 0),
      unpacked: unpackedOf(inside),
      files: sorted(inside),
    }),
  );
  return { name, bytes, unpacked: sized.length === 0 ? bytes : unpackedOf(sized), packages: sorted(sized) };
}

function unpackedOf(parts: readonly Sized[]): number {
  return parts.reduce((sum, { unpacked }) => sum + unpacked, 0);
}

function sorted<T extends Sized>(parts: readonly T[]): readonly T[] {
  return [...parts].sort((a, b) => b.bytes - a.bytes || b.unpacked - a.unpacked || compareCodeUnits(a.name, b.name));
}
