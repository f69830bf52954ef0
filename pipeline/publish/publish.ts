import { compareCodeUnits } from '../core/json.ts';
import type { Destination } from '../core/ports.ts';
import type { Blob } from '../core/step.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { type Before, type Contribution, demandSameSources, planRelease } from './plan.ts';

/** Where the files are now, and whether `latest` shows them. */
export interface Published {
  readonly place: string;
  readonly isLatest: boolean;
  /** Targets that a build from other sources had put there, whose files were taken out. */
  readonly removed: readonly string[];
  /** Files that were there, and that somebody had damaged or removed since: they are whole again. */
  readonly repaired: readonly string[];
}

const MANIFEST = 'release.json';
const SUMS = 'SHA256SUMS';

/**
 * Publishes a build: its files, then the sums and the manifest, then, last, the pointer to the latest version, so that a kill at any moment
 * leaves `latest` on a whole release. Builds that end at once publish one after the other; each joins what it finds there.
 */
export async function publishRelease(
  contribution: Contribution,
  destination: Destination,
  pathOf: (blob: Blob) => string,
): Promise<Published> {
  const { version } = contribution;
  return destination.exclusively(version, async () => {
    const plan = planRelease(contribution, await readBefore(destination, version));
    const repaired: string[] = [];
    for (const { path, file, isListed } of plan.puts) {
      const bytes = { digest: file.digest, size: file.size, path: pathOf(file) };
      const isWritten = await destination.put(version, path, bytes, { isListed });
      if (isWritten && isListed) repaired.push(path);
    }
    const isSame = (await destination.read(version, MANIFEST)) === plan.manifest;
    if (isSame && (await destination.read(version, SUMS)) !== plan.sums) repaired.push(SUMS);
    for (const path of plan.removals) await destination.remove(version, path);
    await destination.putText(version, SUMS, plan.sums);
    await destination.putText(version, MANIFEST, plan.manifest);
    if (plan.movesLatest) await destination.pointLatestTo(version);
    return { place: destination.placeOf(version), isLatest: plan.isLatest, removed: plan.removedTargets, repaired };
  });
}

/** Refuses what publishing would refuse, before anything is built. */
export async function demandPublishable(
  contribution: Pick<Contribution, 'version' | 'sources'>,
  destination: Destination,
): Promise<void> {
  demandSameSources(contribution, await readBefore(destination, contribution.version));
}

/** Paths of files that publishing would remove from a version; known before the build. */
export async function wouldTakeOut(
  contribution: Pick<Contribution, 'version' | 'sources' | 'targets'> & { readonly paths: readonly string[] },
  destination: Destination,
): Promise<readonly string[]> {
  const manifest = await readManifest(destination, contribution.version);
  const isOfOthers = manifest?.sources !== contribution.sources;
  return Object.entries(manifest?.files ?? {})
    .filter(
      ([path, { target }]) =>
        !contribution.paths.includes(path) && (isOfOthers || contribution.targets.includes(target)),
    )
    .map(([path]) => path)
    .sort(compareCodeUnits);
}

async function readBefore(destination: Destination, version: string): Promise<Before> {
  return {
    manifest: await readManifest(destination, version),
    latest: await destination.latest(),
    manifestPlace: destination.placeOf(version, MANIFEST),
  };
}

async function readManifest(destination: Destination, version: string): Promise<Manifest | undefined> {
  const text = await destination.read(version, MANIFEST);
  return text === undefined ? undefined : parseManifest(text);
}
