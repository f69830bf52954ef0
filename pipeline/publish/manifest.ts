import { type Digest, hexOf, isDigest } from '../core/digest.ts';
import { canonicalJson, compareCodeUnits, type Json } from '../core/json.ts';
import { isMediumKind, type MediumContents, type MediumKind } from '../core/medium.ts';
import type { Arch, Blob } from '../core/step.ts';
import { kindByName } from './format-1.ts';
import { NOTHING_SHIPPED, type Shipped, shippedTrouble } from './shipped.ts';

/** One file of a release, by its path below the version's folder. */
export interface ReleaseFile extends Blob {
  readonly target: string;
  readonly kind: MediumKind;
  readonly arch: Arch;
  /** Machines that it is for: `generic`, or the name of a cloud, a hypervisor or a board. */
  readonly platform: string;
  /** What is in it. A manifest of format 1 does not say. */
  readonly contents?: MediumContents | undefined;
}

/** `release.json`: what a version is made of. */
export interface Manifest extends Partial<Shipped> {
  /** 2 since files say their kind and what is in them, 3 since components say their packages. */
  readonly format: 1 | 2 | 3;
  readonly version: string;
  /** Identity of everything the release was made from: pipeline, targets, overlays, kernel lists and locks. */
  readonly sources: Digest;
  /** Of the text of the cloud-config that is baked into the files; a release of the project has none. */
  readonly cloudConfig?: Digest | undefined;
  /** Name of the product, where a project gave it one of its own. */
  readonly product?: string | undefined;
  readonly files: { readonly [path: string]: ReleaseFile };
}

/** The format that is written. */
export const MANIFEST_FORMAT = 3;

/** The manifest as it lies in the release: one file, component or package a line, so that two releases can be compared by eye. */
export function manifestText(manifest: Manifest): string {
  const { format, version, sources, product, cloudConfig, files } = manifest;
  const { components = NOTHING_SHIPPED.components, packages = NOTHING_SHIPPED.packages } = manifest;
  const fields = [
    `"format": ${format}`,
    `"version": ${JSON.stringify(version)}`,
    `"sources": ${JSON.stringify(sources)}`,
    ...(product === undefined ? [] : [`"product": ${JSON.stringify(product)}`]),
    ...(cloudConfig === undefined ? [] : [`"cloudConfig": ${JSON.stringify(cloudConfig)}`]),
    table('files', files),
    ...(format < 3 ? [] : [table('components', components), table('packages', packages)]),
  ];
  return `{\n  ${fields.join(',\n  ')}\n}\n`;
}

function table(name: string, rows: { readonly [key: string]: unknown }): string {
  const keys = Object.keys(rows).sort(compareCodeUnits);
  const lines = keys.map((key) => `    ${JSON.stringify(key)}: ${canonicalJson(rows[key] as Json)}`);
  return lines.length === 0 ? `"${name}": {}` : `"${name}": {\n${lines.join(',\n')}\n  }`;
}

/** Reads a manifest of any format; undefined for anything that is none, such as one with a name that leaves the version's folder. */
export function parseManifest(text: string): Manifest | undefined {
  if (manifestTrouble(text) !== undefined) return undefined;
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== 1) return manifest;
  const files = Object.entries(manifest.files).flatMap(([path, { digest, size, target }]): [string, ReleaseFile][] => {
    const known = kindByName(path);
    return known ? [[path, { digest, size, target, ...known }]] : [];
  });
  return { ...manifest, files: Object.fromEntries(files) };
}

/** Why a text is no manifest, as the end of a sentence; undefined where it is one. */
export function manifestTrouble(text: string): string | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    return `it is no JSON (${error instanceof Error ? error.message : String(error)})`;
  }
  const { format, version, sources, files, components, packages } = fieldsOf(read);
  if (format !== 1 && format !== 2 && format !== MANIFEST_FORMAT)
    return `its format is ${JSON.stringify(format) ?? 'not given'}, and only 1 to ${MANIFEST_FORMAT} are known here`;
  if (typeof version !== 'string' || typeof sources !== 'string') return 'it lacks its version or its sources';
  if (typeof files !== 'object' || files === null) return 'it lists no files';
  for (const [path, file] of Object.entries(files)) {
    if (!isReleasePath(path)) return `it names ${JSON.stringify(path)}, which is no path below the version's directory`;
    const missing = format === 1 ? missingInFirst(path, file) : missingIn(file);
    if (missing !== undefined) return `${JSON.stringify(path)} ${missing}`;
  }
  return format < 3 ? undefined : shippedTrouble({ components, packages });
}

function fieldsOf(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {};
}

function isReleasePath(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0');
}

function missingInFirst(path: string, file: unknown): string | undefined {
  if (!isBlob(file) || typeof fieldsOf(file)['target'] !== 'string') return 'has no digest, size and target';
  return kindByName(path) ? undefined : 'has a name that nothing here can tell the kind of';
}

function missingIn(file: unknown): string | undefined {
  const { target, kind, arch, platform, contents } = fieldsOf(file);
  if (!isBlob(file) || typeof target !== 'string') return 'has no digest, size and target';
  if (!isMediumKind(kind)) return `is of the kind ${JSON.stringify(kind) ?? 'nothing'}, which nothing here can read`;
  if ((arch !== 'amd64' && arch !== 'arm64') || typeof platform !== 'string') return 'has no architecture and platform';
  return isContents(contents) ? undefined : 'does not say what is in it';
}

function isContents(value: unknown): boolean {
  const { files, disk, tar, parts } = fieldsOf(value);
  return (
    typeof files === 'object' &&
    files !== null &&
    Object.values(files).every(isBlob) &&
    [disk, tar].every((each) => each === undefined || isBlob(each)) &&
    (parts === undefined || (Array.isArray(parts) && parts.every(isBlob)))
  );
}

function isBlob(value: unknown): boolean {
  const { digest, size } = fieldsOf(value);
  return typeof digest === 'string' && isDigest(digest) && Number.isSafeInteger(size);
}

/** `SHA256SUMS` in the form that `sha256sum -c` reads. */
export function sumsText(files: { readonly [path: string]: Blob }): string {
  return Object.keys(files)
    .sort(compareCodeUnits)
    .map((path) => `${hexOf((files[path] as Blob).digest)}  ${path}\n`)
    .join('');
}
