import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import type { Blob } from '../../../pipeline/core/step.ts';
import { fetchRepository } from '../../../pipeline/fetch/repository.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { indexTar } from '../../../pipeline/formats/tar-index.ts';
import { BUILD_EPOCH } from '../../../pipeline/graph/graph.ts';
import { FileBlobStore } from '../../../pipeline/store/blobs.ts';

let top: string;
let store: FileBlobStore;
beforeEach(async () => {
  top = await mkdtemp(path.join(os.tmpdir(), 'repository-'));
  store = new FileBlobStore({ folder: path.join(top, '.cache') });
});
afterEach(() => rm(top, { recursive: true, force: true }));

async function put(name: string, text = name, mode = 0o644): Promise<void> {
  const file = path.join(top, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}

function get(name: string): Promise<Blob> {
  return fetchRepository({ from: 'repository', path: name }, { top, store, signal: new AbortController().signal });
}

async function members(name: string): Promise<readonly string[]> {
  const { digest } = await get(name);
  const entries = indexTar(inMemory(await readFile(store.pathOf(digest))), name);
  return entries.map(({ path: inside, type, mode, uid, gid, mtime, target }) => {
    assert.deepEqual([uid, gid, mtime], [0, 0, BUILD_EPOCH]);
    return `${mode.toString(8)} ${type} ${inside}${target === undefined ? '' : ` -> ${target}`}`;
  });
}

test('a file is its own bytes', async () => {
  await put('a.txt', 'hello');
  assert.deepEqual(await get('a.txt'), { digest: digestOf('hello'), size: 5 });
});

test('a folder becomes a sorted tar with two modes for files and one for folders', async () => {
  await put('f/b/z');
  await put('f/b.txt', 'x', 0o600);
  await put('f/a', '#!/bin/sh', 0o700);
  await put('f/B', 'x', 0o666);
  await symlink('../a', path.join(top, 'f/b/link'));
  assert.deepEqual(await members('f'), ['644 file B', '755 file a', '755 directory b', '644 file b.txt', '777 symlink b/link -> ../a', '644 file b/z']);
});

test('what editors and desktops leave is no part of a folder, nor is an empty one', async () => {
  await put('f/a');
  for (const dropping of ['f/a~', 'f/.DS_Store', 'f/.a.swp', 'f/#a#', 'f/.#a', 'f/.git/config', 'f/only/.DS_Store']) await put(dropping);
  await mkdir(path.join(top, 'f/empty'));
  assert.deepEqual(await members('f'), ['644 file a']);
});

test('a folder that is kept empty on purpose stays', async () => {
  await put('f/run/.gitkeep', '');
  assert.deepEqual(await members('f'), ['755 directory run']);
});

test('umask, times and the order of making do not show in the bytes', async () => {
  await put('one/x/1');
  await put('one/y', 'y', 0o644);
  await put('two/y', 'y', 0o664);
  await put('two/x/1', 'one/x/1', 0o640);
  await chmod(path.join(top, 'two/x'), 0o700);
  await utimes(path.join(top, 'two/y'), 1, 1);
  assert.deepEqual(await get('two'), await get('one'));
});

test('a change of one byte, of a mode or of a name changes the digest', async () => {
  await put('f/a', 'a');
  const seen = new Set([(await get('f')).digest]);
  await put('f/a', 'b');
  seen.add((await get('f')).digest);
  await put('f/a', 'b', 0o755);
  seen.add((await get('f')).digest);
  await rm(path.join(top, 'f/a'));
  await put('f/b', 'b', 0o755);
  seen.add((await get('f')).digest);
  assert.equal(seen.size, 4);
});

test('what is not there, or not in the project, is a failure that names it', async () => {
  for (const name of ['none', '../etc/passwd', '/etc/passwd']) {
    await assert.rejects(get(name), (error: unknown) => error instanceof BuildError && error.failures[0].kind === 'configuration' && error.failures[0].message.includes(name));
  }
});
