import assert from 'node:assert/strict';
import { copyFile, mkdir, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { type BuiltStore, builtStore, cli, eventsOf, exists, filesBelow, stepsRun, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

const DAY = 86_400;

/** Makes files of a store look as if they had not been used for some days. */
async function unusedForDays(files: readonly string[], days: number): Promise<void> {
  for (const file of files) await utimes(file, Date.now() / 1000 - days * DAY, (await stat(file)).mtimeMs / 1000);
}

/** The store's own files, not what says who uses it. Times are those of the user's own store too: these are links. */
async function blobsOf(built: BuiltStore): Promise<readonly string[]> {
  return (await filesBelow(built.cache)).filter((name) => name.includes('blobs/sha256')).map((name) => path.join(built.cache, name));
}

test('a store stays within its size', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const built = await builtStore(folder, { project, targets: ['packed'] });
  const words = ['build', 'packed', '--cache', built.cache, '--dist', built.dist];
  const strange = path.join(built.temporary, '../sha256/00', '0'.repeat(64));
  const before = await blobsOf(built);
  const missing = async () => {
    const now = new Set(await blobsOf(built));
    return before.filter((file) => !now.has(file));
  };

  await t.test('what a build needs is not removed after it, however small the budget; it is told', async () => {
    const { end, stdout, stderr } = await cli([...words, '--cache-max', '1M'], { project });
    assert.equal(end, 0, stderr);
    assert.match(stderr, /warning: The store takes \d+ MiB, more than its 1 MiB: all of it was used lately\. See --cache-max/);
    assert.doesNotMatch(stdout, /removed/);
    assert.deepEqual(await missing(), []);
  });

  await t.test('what no build used lately is removed, with a line that says so', async () => {
    const step = built.steps.find((each) => each.title === 'pack greeting');
    assert.ok(step);
    // What an earlier version of the sources left.
    await mkdir(path.dirname(strange), { recursive: true });
    await copyFile(built.blobFile(Object.values(step.outputs)[0]?.digest ?? ''), strange);
    await unusedForDays([strange], 3);
    const { end, stdout } = await cli([...words, '--cache-max', '2M'], { project });
    assert.equal(end, 0);
    assert.match(stdout, /The store took more than its 2 MiB: 1 files removed that were not used for longest/);
    assert.equal(await exists(strange), false);
    assert.deepEqual(await missing(), []);
    const again = await cli([...words, '--json'], { project });
    assert.deepEqual(stepsRun(eventsOf(again.stdout)), []);
  });

  await t.test('gc --max-size removes down to the size, and the next build makes what is missing', async () => {
    const { end, stdout } = await cli(['gc', '--max-size', '30M', '--cache', built.cache], { project });
    assert.equal(end, 0);
    assert.match(stdout, /^\d+ files removed that were not used for longest, \d+ MiB freed, [12]?\d MiB left\.\n$/);
    assert.ok((await blobsOf(built)).length < before.length);
    assert.ok(await exists(path.join(built.dist, 'latest/packed/greeting.gz')));
  });
});
