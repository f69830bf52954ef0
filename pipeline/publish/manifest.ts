import { type Digest, hexOf, isDigest } from '../core/digest.ts';
import { canonicalJson, compareCodeUnits, type Json } from '../core/json.ts';
import { isMediumKind, type MediumContents, type MediumKind } from '../core/medium.ts';
import type { Arch, Blob } from '../core/step.ts';
import { kindByName } from './format-1.ts';

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
export interface Manifest {
  /** 2 since files say their kind and what is in them. */
  readonly format: 1 | 2;
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
export const MANIFEST_FORMAT = 2;

/** The manifest as it lies in the release: one file a line, so that two releases can be compared by eye. */
export function manifestText(manifest: Manifest): string {
  const paths = Object.keys(manifest.files).sort(compareCodeUnits);
  const rows = paths.map(
    (path) => `    ${JSON.stringify(path)}: ${canonicalJson(manifest.files[path] as unknown as Json)}`,
  );
  const product = manifest.product === undefined ? '' : `  "product": ${JSON.stringify(manifest.product)},\n`;
  const baked = manifest.cloudConfig === undefined ? '' : `  "cloudConfig": ${JSON.stringify(manifest.cloudConfig)},\n`;
  return `{\n  "format": ${manifest.format},\n  "version": ${JSON.stringify(manifest.version)},\n  "sources": ${JSON.stringify(manifest.sources)},\n${product}${baked}  "files": {\n${rows.join(',\n')}\n  }\n}\n`;
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
  const { format, version, sources, files } = fieldsOf(read);
  if (format !== 1 && format !== MANIFEST_FORMAT)
    return `its format is ${JSON.stringify(format) ?? 'not given'}, and only 1 and ${MANIFEST_FORMAT} are known here`;
  if (typeof version !== 'string' || typeof sources !== 'string') return 'it lacks its version or its sources';
  if (typeof files !== 'object' || files === null) return 'it lists no files';
  for (const [path, file] of Object.entries(files)) {
    if (!isReleasePath(path)) return `it names ${JSON.stringify(path)}, which is no path below the version's directory`;
    const missing = format === 1 ? missingInFirst(path, file) : missingIn(file);
    if (missing !== undefined) return `${JSON.stringify(path)} ${missing}`;
  }
  return undefined;
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
