import { type Digest, hexOf, isDigest } from '../core/digest.ts';
import { canonicalJson, compareCodeUnits, type Json } from '../core/json.ts';
import type { Blob } from '../core/step.ts';

/** One file of a release, by its path below the version's folder. */
export interface ReleaseFile extends Blob {
  readonly target: string;
}

/** `release.json`: what a version is made of. */
export interface Manifest {
  readonly format: 1;
  readonly version: string;
  /** Identity of everything the release was made from: pipeline, targets, overlays, kernel lists and locks. */
  readonly sources: Digest;
  /** Of the text of the cloud-config that is baked into the files; a release of the project has none. */
  readonly cloudConfig?: Digest | undefined;
  readonly files: { readonly [path: string]: ReleaseFile };
}

/** The manifest as it lies in the release: one file a line, so that two releases can be compared by eye. */
export function manifestText(manifest: Manifest): string {
  const paths = Object.keys(manifest.files).sort(compareCodeUnits);
  const rows = paths.map(
    (path) => `    ${JSON.stringify(path)}: ${canonicalJson(manifest.files[path] as unknown as Json)}`,
  );
  const baked = manifest.cloudConfig === undefined ? '' : `  "cloudConfig": ${JSON.stringify(manifest.cloudConfig)},\n`;
  return `{\n  "format": ${manifest.format},\n  "version": ${JSON.stringify(manifest.version)},\n  "sources": ${JSON.stringify(manifest.sources)},\n${baked}  "files": {\n${rows.join(',\n')}\n  }\n}\n`;
}

/** Reads a manifest; undefined for anything that is none, such as one with a name that leaves the version's folder. */
export function parseManifest(text: string): Manifest | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { format, version, sources, files } = fieldsOf(read);
  const isWhole =
    format === 1 &&
    typeof version === 'string' &&
    typeof sources === 'string' &&
    typeof files === 'object' &&
    Object.entries(fieldsOf(files)).every(([path, file]) => isReleasePath(path) && isReleaseFile(file));
  return isWhole ? (read as Manifest) : undefined;
}

/** Why a text is no manifest, as the end of a sentence. */
export function manifestTrouble(text: string): string {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    return `it is no JSON (${error instanceof Error ? error.message : String(error)})`;
  }
  const { format, version, sources, files } = fieldsOf(read);
  if (format !== 1) return `its format is ${JSON.stringify(format) ?? 'not given'}, and only 1 is known`;
  if (typeof version !== 'string' || typeof sources !== 'string') return 'it lacks its version or its sources';
  if (typeof files !== 'object' || files === null) return 'it lists no files';
  const outside = Object.keys(files).find((path) => !isReleasePath(path));
  if (outside !== undefined) return `it names ${JSON.stringify(outside)}, which is no path below the version's folder`;
  const wrong = Object.entries(files).find(([, file]) => !isReleaseFile(file));
  return `${JSON.stringify(wrong?.[0])} has no digest, size and target`;
}

function fieldsOf(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {};
}

function isReleasePath(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0');
}

function isReleaseFile(value: unknown): boolean {
  const { digest, size, target } = fieldsOf(value);
  return typeof digest === 'string' && isDigest(digest) && Number.isSafeInteger(size) && typeof target === 'string';
}

/** `SHA256SUMS` in the form that `sha256sum -c` reads. */
export function sumsText(files: { readonly [path: string]: Blob }): string {
  return Object.keys(files)
    .sort(compareCodeUnits)
    .map((path) => `${hexOf((files[path] as Blob).digest)}  ${path}\n`)
    .join('');
}
