import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { access, mkdir, mkdtemp, open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../../../pipeline/core/digest.ts';
import { SharedUse } from '../../../pipeline/host/shared-use.ts';
import { FileActionCache } from '../../../pipeline/store/actions.ts';
import { FileBlobStore } from '../../../pipeline/store/blobs.ts';
import { keepWithinBudget } from '../../../pipeline/store/budget.ts';
import { collectGarbage } from '../../../pipeline/store/garbage.ts';

const HOUR = 3_600_000;
const KIB = 1024;

let folder: string;
let use: SharedUse;
let store: FileBlobStore;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'garbage-'));
  use = new SharedUse(folder);
  store = new FileBlobStore({ folder: path.join(folder, 'blobs'), use });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Stores bytes that were last of use some hours ago. Names are digests of what is stored. */
async function blob(text: string, hoursAgo: number, kib = 64): Promise<string> {
  async function* bytes() {
    yield Buffer.from(text.padEnd(kib * KIB, '.'));
  }
  const { digest } = await store.put(bytes());
  const place = store.pathOf(digest);
  await usedAgo(place, hoursAgo);
  return place;
}

async function usedAgo(place: string, hours: number): Promise<void> {
  const { mtimeMs } = await stat(place);
  await utimes(place, (Date.now() - hours * HOUR) / 1000, mtimeMs / 1000);
}

const isThere = (place: string) =>
  access(place).then(
    () => true,
    () => false,
  );

test('what was not used for longest goes first, until the rest fits', async () => {
  const places = [await blob('a', 5), await blob('b', 9), await blob('c', 7), await blob('d', 3)];
  const collected = await collectGarbage(folder, use, { size: { most: 200 * KIB, target: 130 * KIB } });
  assert.deepEqual(await Promise.all(places.map(isThere)), [true, false, false, true]);
  assert.deepEqual(collected, { files: 2, freed: 128 * KIB, left: 128 * KIB });
});

test('a store within its size loses nothing', async () => {
  const place = await blob('a', 1000);
  assert.equal((await collectGarbage(folder, use, { size: { most: 65 * KIB, target: 0 } }))?.files, 0);
  assert.ok(await isThere(place));
});

test('what is older than asked for goes whatever the size; records of steps and tool images as well', async () => {
  const old = await blob('a', 50);
  const young = await blob('b', 40);
  const record = path.join(folder, 'actions/ab/abcd');
  const image = path.join(folder, 'roots/abcd');
  await mkdir(path.dirname(record), { recursive: true });
  await writeFile(record, 'text');
  await mkdir(path.join(image, 'usr/bin'), { recursive: true });
  await writeFile(path.join(image, 'usr/bin/tool'), 'x'.repeat(64 * KIB));
  for (const place of [record, image]) await usedAgo(place, 49);
  const collected = await collectGarbage(folder, use, { before: Date.now() - 45 * HOUR });
  assert.deepEqual(await Promise.all([old, young, record, image].map(isThere)), [false, true, false, false]);
  assert.ok((collected?.freed ?? 0) >= 128 * KIB, 'what lies in a tool image counts');
});

test('a hole in a file takes no space and gives none back', async () => {
  await blob('a', 5);
  const sparse = await blob('b', 9);
  await rm(sparse);
  const file = await open(sparse, 'w');
  await file.truncate(2 ** 33).finally(() => file.close());
  await usedAgo(sparse, 9);
  const collected = await collectGarbage(folder, use, { size: { most: 1, target: 0 } });
  assert.deepEqual(collected, { files: 2, freed: 64 * KIB, left: 0 });
});

test('what a process at work has looked at stays, and so does what it may have taken for fresh', async () => {
  const asked = await blob('a', 30);
  const fresh = await blob('b', 0.3);
  const other = await blob('c', 30);
  const end = await use.acquire();
  assert.ok(await new FileBlobStore({ folder: path.join(folder, 'blobs'), use }).has(digestOf('a'.padEnd(64 * KIB, '.'))));
  await collectGarbage(folder, new SharedUse(folder), { before: Date.now() + HOUR });
  assert.deepEqual(await Promise.all([asked, fresh, other].map(isThere)), [true, true, false]);
  await end();
  await collectGarbage(folder, use, { before: Date.now() + HOUR });
  assert.deepEqual(await Promise.all([asked, fresh].map(isThere)), [false, false]);
});

test('who comes while somebody removes waits, and does not find what is gone', async () => {
  const place = await blob('a', 30);
  const steps: string[] = [];
  let beginner: Promise<unknown> = Promise.resolve();
  let has: Promise<boolean> = Promise.resolve(true);
  await use.withExclusive(async () => {
    beginner = new SharedUse(folder).acquire().then(() => steps.push('begun'));
    has = new FileBlobStore({ folder: path.join(folder, 'blobs'), use: new SharedUse(folder) }).has(digestOf('a'.padEnd(64 * KIB, '.')));
    await sleep(120);
    await rm(place);
    steps.push('removed');
  });
  await beginner;
  assert.deepEqual(steps, ['removed', 'begun']);
  assert.equal(await has, false);
});

test('two do not remove at once, and a dead process that was removing stops nobody', async () => {
  await use.withExclusive(async () => assert.equal(await collectGarbage(folder, new SharedUse(folder), {}), undefined));
  const dead = await endedProcess();
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
  for (const [below, kind] of [
    ['cleaners', 'clean'],
    ['in-use', 'use'],
  ] as const) {
    await mkdir(path.join(folder, below), { recursive: true });
    await writeFile(path.join(folder, below, `${kind}-${namespace}.${dead}-1x00`), '');
  }
  const place = await blob('a', 30);
  assert.equal((await collectGarbage(folder, use, { before: Date.now() }))?.files, 1);
  assert.equal(await isThere(place), false);
  for (const below of ['cleaners', 'in-use']) assert.deepEqual(await readdir(path.join(folder, below)), []);
});

test('of many that find what a dead cleaner left, never two remove at once, and one does', async () => {
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
  await mkdir(path.join(folder, 'cleaners'), { recursive: true });
  let cleaned = 0;
  for (let round = 0; round < 20; round++) {
    await writeFile(path.join(folder, 'cleaners', `clean-${namespace}.${await endedProcess()}-1x00`), '');
    let atWork = 0;
    let most = 0;
    const clean = async () => {
      most = Math.max(most, ++atWork);
      await sleep(10 + Math.random() * 20);
      atWork--;
      return true;
    };
    const done = await Promise.all(Array.from({ length: 8 }, () => new SharedUse(folder).withExclusive(clean)));
    assert.ok(most <= 1, `${most} removed at once`);
    cleaned += done.filter((each) => each === true).length;
  }
  assert.ok(cleaned > 0, 'all gave way to each other, twenty times');
});

/** The pid of a process that is gone. */
function endedProcess(): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn('true');
    child.once('close', () => resolve(child.pid ?? 0));
  });
}

test('a record that is asked for counts as used', async () => {
  const cache = new FileActionCache(path.join(folder, 'actions'));
  const key = digestOf('key');
  await cache.set(key, { title: 'a step', executor: 'bwrap', isolated: true, outputs: {} });
  const [below] = await readdir(path.join(folder, 'actions'));
  const [name] = await readdir(path.join(folder, 'actions', below ?? ''));
  const file = path.join(folder, 'actions', below ?? '', name ?? '');
  await usedAgo(file, 30);
  await new FileActionCache(path.join(folder, 'actions')).get(key);
  assert.ok(Date.now() - (await stat(file)).atimeMs < HOUR);
});

test('a store is looked through when it may be too large, and not otherwise', async () => {
  const now = Date.now();
  const keep = (options: { readonly most?: number; readonly written?: number; readonly now?: number }) =>
    keepWithinBudget(folder, use, { most: options.most ?? 200 * KIB, written: options.written ?? 0, now: options.now ?? now });
  const size = async () => (JSON.parse(await readFile(path.join(folder, 'size.json'), 'utf8')) as { readonly bytes: number }).bytes;
  const added = async () => (await readFile(path.join(folder, 'size-added'), 'utf8')).trim();

  const first = await blob('a', 9);
  assert.equal(await keep({}), undefined, 'measured for the first time');
  assert.equal(await size(), 64 * KIB);

  // Nobody said that these were written: the note is believed.
  for (const text of ['b', 'c', 'd']) await blob(text, 5);
  assert.equal(await keep({ now: now + 100 * HOUR }), undefined);
  assert.equal(await keep({ written: 1 * KIB, now: now + 1 }), undefined);
  assert.equal(await size(), 64 * KIB);
  assert.equal(await added(), String(KIB));

  // Old, and something was written: measured, and brought down to four fifths.
  const collected = await keep({ written: 1 * KIB, now: now + 2 * HOUR });
  assert.deepEqual(collected, { files: 2, freed: 128 * KIB, left: 128 * KIB });
  assert.equal(await isThere(first), false);

  // Too much by what was written.
  await blob('e', 0);
  await blob('f', 0);
  assert.equal((await keep({ written: 128 * KIB, now: now + 2 * HOUR + 1 }))?.files, 2);
});

test('what builds add that end at the same time all counts', async () => {
  const most = 100 * KIB;
  const keep = (written: number) => keepWithinBudget(folder, use, { most, written, now: 1 });
  await keep(0);
  for (const name of ['a', 'b', 'c']) await blob(name, 5);
  assert.deepEqual(
    await Promise.all(Array.from({ length: 10 }, () => keep(10 * KIB))),
    Array.from({ length: 10 }, () => undefined),
  );
  assert.deepEqual(await keep(1 * KIB), { files: 2, freed: 128 * KIB, left: 64 * KIB });
  assert.equal(await keep(36 * KIB), undefined, 'what was there when it was measured does not count twice');
});

test('where the list of what was added is gone, the store is measured', async () => {
  const keep = (written: number) => keepWithinBudget(folder, use, { most: 100 * KIB, written, now: 1 });
  await keep(1);
  for (const name of ['a', 'b']) await blob(name, 5);
  await keep(1);
  await rm(path.join(folder, 'size-added'));
  assert.equal((await keep(0))?.files, 1);
});

test('a store that is too large and wholly in use is told, and not looked through at each build', async () => {
  await blob('a', 0);
  const end = await use.acquire();
  const now = Date.now();
  const keep = (most: number, at: number) => keepWithinBudget(folder, use, { most, written: 0, now: at });
  assert.deepEqual(await keep(10 * KIB, now), { files: 0, freed: 0, left: 64 * KIB });
  assert.equal(await keep(10 * KIB, now + 1), undefined);
  assert.ok(await keep(11 * KIB, now + 1), 'another budget is another question');
  assert.ok(await keep(11 * KIB, now + HOUR));
  await end();
});
