import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import type { Destination, PublishedBytes } from '../../../pipeline/core/ports.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../../pipeline/host/temporary-directory.ts';
import { DirectoryDestination } from '../../../pipeline/publish/directory.ts';

/** Every destination of `pipeline/publish`, empty, below a directory of its own. */
const DESTINATIONS: { readonly [name: string]: (root: string) => Destination } = {
  'a directory': (root) => new DirectoryDestination(root, { epoch: 1_000_000 }),
};
const VERSION = 'v1.5.9';
const FILE = 'arm64/vmlinuz';

const folder = await temporaryDirectory('destinations');
after(() => removeTemporaryDirectory(folder));
let places = 0;
const fresh = (name: string) => {
  places += 1;
  return path.join(folder, `${places}-${name}`);
};

async function bytesOf(text: string, digest = digestOf(text)): Promise<PublishedBytes> {
  const file = fresh('blob');
  await writeFile(file, text);
  return { path: file, digest, size: text.length };
}

for (const [name, make] of Object.entries(DESTINATIONS)) {
  const emptied = () => make(fresh('root'));
  const publishing = async (publish: (destination: Destination) => Promise<unknown>): Promise<Destination> => {
    const destination = emptied();
    await destination.exclusively(VERSION, () => publish(destination));
    return destination;
  };
  const put = async (destination: Destination, text: string) => destination.put(VERSION, FILE, await bytesOf(text), { isListed: false });

  test(`${name} gives back what was put into it, by version and path`, async () => {
    const destination = await publishing(async (to) => {
      await put(to, 'kernel');
      await to.putText(VERSION, 'SHA256SUMS', 'sums');
    });
    assert.equal(await destination.read(VERSION, FILE), 'kernel');
    assert.equal(await destination.read(VERSION, 'SHA256SUMS'), 'sums');
    assert.equal(await destination.read(VERSION, 'initrd'), undefined);
    assert.equal(await destination.read('v1.5.8', FILE), undefined);
  });

  test(`${name} replaces a file and a text`, async () => {
    const destination = await publishing(async (to) => {
      for (const text of ['one', 'other']) {
        await put(to, text);
        await to.putText(VERSION, 'release.json', text);
      }
    });
    assert.deepEqual([await destination.read(VERSION, FILE), await destination.read(VERSION, 'release.json')], ['other', 'other']);
  });

  test(`${name} removes a file, and does not mind one that is not there`, async () => {
    const destination = await publishing(async (to) => {
      await put(to, 'kernel');
      await to.remove(VERSION, FILE);
      await to.remove(VERSION, 'initrd');
    });
    assert.equal(await destination.read(VERSION, FILE), undefined);
  });

  test(`${name} refuses bytes that are not those of the digest, and keeps what was there`, async () => {
    const destination = await publishing((to) => put(to, 'kernel'));
    const wrong = await bytesOf('kernal', digestOf('another'));
    await assert.rejects(
      destination.exclusively(VERSION, () => destination.put(VERSION, FILE, wrong, { isListed: false })),
      (error) => error instanceof BuildError && error.failures[0].kind === 'wrong-bytes',
    );
    assert.equal(await destination.read(VERSION, FILE), 'kernel');
  });

  test(`${name} points to the latest version, and to none at first`, async () => {
    const destination = emptied();
    assert.equal(await destination.latest(), undefined);
    for (const version of ['v1.5.9', 'v1.6.0']) {
      await destination.exclusively(version, () => destination.pointLatestTo(version));
      assert.equal(await destination.latest(), version);
    }
  });

  test(`${name} lets one publish at a time, also after one that failed`, async () => {
    const destination = emptied();
    const seen: string[] = [];
    const publish = (word: string) =>
      destination.exclusively(VERSION, async () => {
        seen.push(`${word} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`${word} ends`);
      });
    await assert.rejects(destination.exclusively(VERSION, () => Promise.reject(new Error('stopped'))));
    await Promise.all([publish('one'), publish('other')]);
    assert.deepEqual(
      seen.map((word) => word.split(' ')[1]),
      ['begins', 'ends', 'begins', 'ends'],
    );
  });

  test(`${name} says where a file of a version is found`, () => {
    const destination = emptied();
    assert.notEqual(destination.placeOf(VERSION, 'initrd'), destination.placeOf(VERSION, 'vmlinuz'));
    assert.match(destination.placeOf(VERSION, 'initrd'), /v1\.5\.9/);
  });
}

test('the umask of the one who builds does not keep others from reading a directory of releases', async () => {
  const above = fresh('above');
  const root = path.join(above, 'dist/os');
  const before = process.umask(0o077);
  try {
    const destination = new DirectoryDestination(root, { epoch: 1_000_000 });
    await destination.exclusively(VERSION, async () => destination.put(VERSION, FILE, await bytesOf('kernel'), { isListed: false }));
  } finally {
    process.umask(before);
  }
  const modeOf = async (place: string) => (await stat(place)).mode & 0o777;
  for (const directory of [above, root, path.join(root, VERSION), path.join(root, VERSION, 'arm64')]) assert.equal(await modeOf(directory), 0o755, directory);
  assert.equal(await modeOf(path.join(root, VERSION, FILE)), 0o644);
});
