import { copyFile, link, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, hexOf } from '../core/digest.ts';
import type { BuildEvent } from '../core/event.ts';

/** Layout of one cache folder below `--cache`, the same as in `cli/wire.ts`. */
export const STORE_LAYOUT = 'v1';

/** A step that a build ended, as its events say it. */
export type StepEnd = Extract<BuildEvent, { type: 'step-end' }>;

/** Whether a step's results count as fetched: an unpacked package is the package in another form. */
export const isFetched = ({ kind }: StepEnd): boolean => kind === 'unpack-deb';

/**
 * Makes a store in `to` that holds the results of some steps of a build that was made in the store in `from`; by default those of a first
 * build that has downloaded and made nothing yet. Nothing else of that store is taken, whatever its age and size. Files are hard
 * links where the file system allows.
 */
export async function makeFetchedStore({
  from,
  to,
  events,
  takes = isFetched,
}: {
  readonly from: string;
  readonly to: string;
  /** What that build said with `--json`. */
  readonly events: string;
  readonly takes?: (step: StepEnd) => boolean;
}): Promise<void> {
  for (const step of stepEnds(events).filter(takes)) {
    const digests = Object.values(step.outputs).map(({ digest }) => digest);
    for (const name of [below('actions', step.key), ...digests.map((digest) => below('blobs/sha256', digest))])
      await linkFile(join(from, STORE_LAYOUT, name), join(to, STORE_LAYOUT, name));
  }
}

/** The steps that a build ended, from what it said with `--json`. */
export function stepEnds(events: string): readonly StepEnd[] {
  return events
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as BuildEvent)
    .filter((event) => event.type === 'step-end');
}

/** Where a store has the bytes of a digest. */
export function storedFile(cacheFolder: string, digest: Digest): string {
  return join(cacheFolder, STORE_LAYOUT, below('blobs/sha256', digest));
}

function below(folder: string, digest: Digest): string {
  const hex = hexOf(digest);
  return join(folder, hex.slice(0, 2), hex);
}

async function linkFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await link(from, to).catch((error: NodeJS.ErrnoException) => {
    // Two steps may have made the same bytes.
    if (error.code !== 'EEXIST') return copyFile(from, to);
  });
}
