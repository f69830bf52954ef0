import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { isOrphan, ownedPrefix, removeOrphans } from '../../../pipeline/host/owner.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../../pipeline/host/temporary-directory.ts';
import { FileBlobStore } from '../../../pipeline/store/blobs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'owned-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The pid of a process that has just ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

function nameOf(pid: number, kind = 'step'): string {
  return `${ownedPrefix(kind, pid)}aB3xY9`;
}

test('what a dead process left is an orphan, with what lies beside it', () => {
  const pid = deadPid();
  for (const ending of ['', '.work', '.work.in']) assert.ok(isOrphan(nameOf(pid) + ending), ending);
});

test('what a living process has is none, nor what says nothing of its owner', () => {
  for (const name of [nameOf(process.pid), nameOf(process.ppid), 'step-AbCdEf', 'rancheros-machine-AbCdEf', 'x']) assert.ok(!isOrphan(name), name);
});

test('what a dead process left is an orphan although its number came again', () => {
  const name = nameOf(process.ppid);
  const earlier = name.replace(/s(\d+)_/, (_, start) => `s${Number(start) - 1}_`);
  assert.notEqual(earlier, name);
  assert.ok(isOrphan(earlier), earlier);
  for (const ending of ['.work', '.work.in']) assert.ok(isOrphan(earlier + ending), ending);
  // As older versions named it.
  assert.ok(!isOrphan(name.replace(/b\w+s\d+_/, '')));
});

test('what a process of another pid namespace has is none, since nobody here can tell', () => {
  assert.ok(!isOrphan(`step-1.${deadPid()}-aB3xY9`));
});

test('only orphans of the kind are removed', async () => {
  const orphan = nameOf(deadPid(), 'rancheros-machine');
  const names = [nameOf(process.pid, 'rancheros-machine'), nameOf(deadPid(), 'other')].sort();
  for (const name of [orphan, ...names]) await mkdir(path.join(folder, name, 'deep'), { recursive: true });
  await removeOrphans(folder, 'rancheros-');
  assert.deepEqual((await readdir(folder)).sort(), names);
  await removeOrphans(path.join(folder, 'missing'));
});

test('the next folder that somebody asks for takes away what a killed process left', async () => {
  const orphan = path.join(folder, nameOf(deadPid(), 'rancheros-machine'));
  await mkdir(orphan);
  const made = await temporaryDirectory('test', folder);
  assert.deepEqual([existsSync(orphan), existsSync(made)], [false, true]);
  await removeTemporaryDirectory(made);
  assert.deepEqual(await readdir(folder), []);
});

test('a store that is opened again takes away what a killed build left', async () => {
  const store = new FileBlobStore({ folder });
  await store.prepare();
  const [step, put] = [nameOf(deadPid()), nameOf(deadPid(), 'put')];
  await mkdir(path.join(folder, 'tmp', `${step}.work`), { recursive: true });
  await writeFile(path.join(folder, 'tmp', put), 'half');
  const mine = await store.scratch();
  await store.prepare();
  assert.deepEqual(await readdir(path.join(folder, 'tmp')), [path.basename(mine)]);
});
