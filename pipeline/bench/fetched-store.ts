import { copyFile, link, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, hexOf } from '../core/digest.ts';
import type { BuildEvent } from '../core/event.ts';

/** Layout of one cache folder below `--cache`, the same as in `cli/wire.ts`. */
export const STORE_LAYOUT = 'v1';

/** The kind of step whose results count as fetched: an unpacked package is the package in another form. */
const FETCHED = 'unpack-deb';

/**
 * Makes a store in `to` that holds what a first build would download and nothing that it would make: of the steps of a build that was made in
 * the store in `from`, the unpacked packages. Nothing else of that store is taken, whatever its age and size. Files are hard links
 * where the file system allows.
 */
export async function makeFetchedStore({
  from,
  to,
  events,
}: {
  readonly from: string;
  readonly to: string;
  /** What that build said with `--json`. */
  readonly events: string;
}): Promise<void> {
  for (const line of events.split('\n')) {
    if (!line.startsWith('{')) continue;
    const event = JSON.parse(line) as BuildEvent;
    if (event.type !== 'step-end' || event.kind !== FETCHED) continue;
    const digests = Object.values(event.outputs).map(({ digest }) => digest);
    for (const name of [below('actions', event.key), ...digests.map((digest) => below('blobs/sha256', digest))])
      await linkFile(join(from, STORE_LAYOUT, name), join(to, STORE_LAYOUT, name));
  }
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
