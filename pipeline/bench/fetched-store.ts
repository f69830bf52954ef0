import { copyFile, link, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Layout of one cache folder below `--cache`, the same as in `cli/wire.ts`. */
const LAYOUT = 'v1';

/** Steps whose results count as fetched: an unpacked package is the package in another dress. */
const FETCHED = /^unpack /;

/**
 * Makes a store in `to` that holds what a first build would download and nothing that it would make: the inputs and the
 * unpacked packages of the store in `from`. Files are hard links where the file system allows.
 */
export async function makeFetchedStore({ from, to }: { readonly from: string; readonly to: string }): Promise<void> {
  const made = new Set<string>();
  const fetched = new Set<string>();
  const actions = join(from, LAYOUT, 'actions');
  for (const name of await filesBelow(actions)) {
    const { title, outputs } = JSON.parse((await readFile(join(actions, name), 'utf8')).split('\n')[0] ?? '{}') as {
      readonly title: string;
      readonly outputs: { readonly [output: string]: { readonly digest: string } };
    };
    const keep = FETCHED.test(title);
    for (const { digest } of Object.values(outputs)) (keep ? fetched : made).add(digest.replace('sha256:', ''));
    if (keep) await linkFile(join(actions, name), join(to, LAYOUT, 'actions', name));
  }
  const blobs = join(from, LAYOUT, 'blobs/sha256');
  for (const name of await filesBelow(blobs)) {
    const hex = name.slice(name.lastIndexOf('/') + 1);
    if (fetched.has(hex) || !made.has(hex)) await linkFile(join(blobs, name), join(to, LAYOUT, 'blobs/sha256', name));
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const folders = await readdir(folder);
  const names = await Promise.all(
    folders.map(async (each) => (await readdir(join(folder, each))).map((name) => `${each}/${name}`)),
  );
  return names.flat();
}

async function linkFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await link(from, to).catch(() => copyFile(from, to));
}
