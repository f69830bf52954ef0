import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { ActionRecord } from '../../../pipeline/core/ports.ts';
import { FileActionCache } from '../../../pipeline/store/actions.ts';

const KEY = digestOf('a key');
const RECORD: ActionRecord = { title: 'squashfs engine', executor: 'bwrap', isolated: true, outputs: { squashfs: { digest: digestOf('bytes'), size: 5 } } };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'actions-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function recordFile(): Promise<string> {
  const [below] = await readdir(folder);
  const [name] = await readdir(path.join(folder, below ?? ''));
  return path.join(folder, below ?? '', name ?? '');
}

test('what was recorded under a key is found under it', async () => {
  const cache = new FileActionCache(folder);
  await cache.set(KEY, RECORD);
  assert.deepEqual(await cache.get(KEY), RECORD);
  assert.deepEqual(await new FileActionCache(folder).get(KEY), RECORD);
  assert.equal(await cache.get(digestOf('another key')), undefined);
});

const DAMAGE: readonly (readonly [string, (text: string) => string])[] = [
  ['cut off in the middle', (text) => text.slice(0, text.length / 2)],
  ['edited by hand', (text) => text.replace('engine', 'motor')],
  ['empty', () => ''],
];
for (const [sentence, damage] of DAMAGE) {
  test(`a record that is ${sentence} reads as absent`, async () => {
    const cache = new FileActionCache(folder);
    await cache.set(KEY, RECORD);
    const file = await recordFile();
    await writeFile(file, damage(await readFile(file, 'utf8')));
    assert.equal(await new FileActionCache(folder).get(KEY), undefined);
  });
}
