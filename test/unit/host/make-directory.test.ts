import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { makeDirectory } from '../../../pipeline/host/make-directory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'make-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a folder is made with all that is missing above it, and made again without trouble', async () => {
  const deep = path.join(folder, 'a/b/c');
  await makeDirectory(deep);
  await makeDirectory(deep);
  assert.ok((await stat(deep)).isDirectory());
});

test('several makers of one folder do not stumble over each other', async () => {
  await Promise.all(Array.from({ length: 8 }, () => makeDirectory(path.join(folder, 'a/b/c/d'))));
  assert.ok((await stat(path.join(folder, 'a/b/c/d'))).isDirectory());
});

test('a link to a folder is a folder', async () => {
  await symlink(os.tmpdir(), path.join(folder, 'link'));
  await makeDirectory(path.join(folder, 'link'));
});

test('a file in the way is trouble', async () => {
  await writeFile(path.join(folder, 'file'), '');
  await assert.rejects(makeDirectory(path.join(folder, 'file')), { code: 'EEXIST' });
  await assert.rejects(makeDirectory(path.join(folder, 'file/below')), { code: 'ENOTDIR' });
});

test('where the kernel lets nobody make a folder there is an answer, not a wait', async () => {
  await assert.rejects(makeDirectory('/proc/rancheros/store'), { code: 'ENOENT' });
});
