import { digestOf } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import { MANIFEST_FORMAT, type Manifest, manifestText, type ReleaseFile, sumsText } from './manifest.ts';
import { versionOfOtherSources } from './messages.ts';
import { joined, type Shipped, shippedIn } from './shipped.ts';
import { compareVersions, parseVersion } from './version.ts';

/** What one build brings into a version. */
export interface Contribution {
  readonly version: string;
  readonly sources: Manifest['sources'];
  readonly cloudConfig?: Manifest['cloudConfig'];
  readonly product?: Manifest['product'];
  /** Targets that are built whole; their earlier files in this version are replaced. */
  readonly targets: readonly string[];
  readonly files: { readonly [path: string]: ReleaseFile };
  /** The packages in these files; none where nothing is said of them. */
  readonly shipped?: Shipped;
  /** All targets that a final version must have before `latest` may point to it. */
  readonly line: readonly string[];
}

/** What a destination has before it is published to. */
export interface Before {
  readonly manifest: Manifest | undefined;
  /** The version that `latest` shows. */
  readonly latest: string | undefined;
  /** Where the manifest is, for a person. */
  readonly manifestPlace: string;
}

/** What is to be done to publish, in this order: puts, removals, sums, manifest, `latest`. */
export interface ReleasePlan {
  /** Files of this build. `isListed`: the manifest that is there lists the same bytes. */
  readonly puts: readonly { readonly path: string; readonly file: ReleaseFile; readonly isListed: boolean }[];
  readonly removals: readonly string[];
  readonly sums: string;
  readonly manifest: string;
  /** Whether `latest` has to be moved to this version, and whether it shows it in the end. */
  readonly movesLatest: boolean;
  readonly isLatest: boolean;
  /** Targets of other sources, whose files are taken out. */
  readonly removedTargets: readonly string[];
}

/** Plans how a build joins a version. Throws `usage` where the version is final and is there from other sources. */
export function planRelease(contribution: Contribution, before: Before): ReleasePlan {
  const listed = before.manifest?.files ?? {};
  const files = mergedFiles(contribution, before);
  const manifest = manifestText({
    format: MANIFEST_FORMAT,
    version: contribution.version,
    sources: contribution.sources,
    cloudConfig: contribution.cloudConfig,
    product: contribution.product,
    files,
    ...shippedIn(Object.values(files), knownShipped(contribution, before)),
  });
  const movesLatest = before.latest !== contribution.version && isBetter(contribution, files, before.latest);
  const stay = new Set(Object.values(files).map(({ target }) => target));
  const there = [...new Set(Object.values(listed).map(({ target }) => target))];
  return {
    puts: Object.entries(files)
      .filter(([, { target }]) => contribution.targets.includes(target))
      .map(([path, file]) => ({ path, file, isListed: listed[path]?.digest === file.digest })),
    removals: Object.keys(listed).filter((path) => !Object.hasOwn(files, path)),
    sums: sumsText({
      ...files,
      'release.json': { digest: digestOf(manifest), size: Buffer.byteLength(manifest) },
    }),
    manifest,
    movesLatest,
    isLatest: movesLatest || before.latest === contribution.version,
    removedTargets: there.filter((target) => !stay.has(target)).sort(compareCodeUnits),
  };
}

/** Refuses a final version that is there from other sources (`usage`). A development version follows the sources. */
export function demandSameSources(
  { version, sources }: Pick<Contribution, 'version' | 'sources'>,
  { manifest, manifestPlace }: Pick<Before, 'manifest' | 'manifestPlace'>,
): void {
  if (!manifest || manifest.sources === sources || isDevelopment(version)) return;
  throw new BuildError(versionOfOtherSources(version, manifestPlace, { there: manifest.sources, now: sources }));
}

/** Packages of this build, and of what is there. What neither's files hold is left out later. */
function knownShipped({ shipped }: Contribution, { manifest }: Before): Shipped {
  const { components = {}, packages = {} } = manifest ?? {};
  return joined([{ components, packages }, ...(shipped ? [shipped] : [])]);
}

function mergedFiles(contribution: Contribution, before: Before): { readonly [path: string]: ReleaseFile } {
  const { manifest } = before;
  demandSameSources(contribution, before);
  // What other targets of a development version left from older sources is taken out.
  if (manifest && manifest.sources !== contribution.sources) return contribution.files;
  const others = Object.entries(manifest?.files ?? {}).filter(
    ([, { target }]) => !contribution.targets.includes(target),
  );
  return { ...Object.fromEntries(others), ...contribution.files };
}

/**
 * Whether `latest` should show this version rather than `current`: it is the highest final version that has every target of its line. A
 * destination that has never seen a final version shows its last development build.
 */
function isBetter(
  { version, line }: Contribution,
  files: { readonly [path: string]: ReleaseFile },
  current: string | undefined,
): boolean {
  const present = new Set(Object.values(files).map(({ target }) => target));
  const isFinished = !isDevelopment(version) && line.every((target) => present.has(target));
  const final = current !== undefined && !isDevelopment(current) ? parseVersion(current) : undefined;
  if (!isFinished) return final === undefined && isDevelopment(version);
  return final === undefined || compareVersions(parseVersion(version), final) >= 0;
}

function isDevelopment(version: string): boolean {
  return parseVersion(version).prerelease.length > 0;
}
