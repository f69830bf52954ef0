import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type Digest, digestOf } from '../../../pipeline/core/digest.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { FileBlobStore } from '../../../pipeline/store/blobs.ts';
import { Draws } from '../../rig/draws.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'blobs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* bytes(...chunks: readonly string[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

/** Plants bytes under a digest that is not theirs, as a broken disk or a careless hand would. */
async function plant(store: FileBlobStore, digest: Digest, content: string | Uint8Array): Promise<void> {
  await chmod(store.pathOf(digest), 0o644);
  await writeFile(store.pathOf(digest), content);
}

async function strayFiles(): Promise<readonly string[]> {
  return readdir(path.join(folder, 'tmp')).catch(() => []);
}

const isKind = (kind: string) => (error: unknown) => error instanceof BuildError && error.failures[0].kind === kind;

test('a stored stream is found under the digest of its bytes and cannot be written', async () => {
  const store = new FileBlobStore({ folder });
  const blob = await store.put(bytes('hello ', 'world'));
  assert.deepEqual(blob, { digest: digestOf('hello world'), size: 11 });
  assert.equal(await readFile(store.pathOf(blob.digest), 'utf8'), 'hello world');
  assert.equal((await stat(store.pathOf(blob.digest))).mode & 0o222, 0);
  assert.deepEqual(await strayFiles(), []);
});

const LIES: readonly (readonly [string, string, number])[] = [
  ['other bytes of the right length', 'hellO world', 11],
  ['too few bytes', 'hello', 11],
  ['too many bytes', 'hello world and more', 11],
];
for (const [sentence, sent, size] of LIES) {
  test(`a stream that brings ${sentence} is refused and leaves no trace`, async () => {
    const store = new FileBlobStore({ folder });
    const digest = digestOf('hello world');
    await assert.rejects(store.put(bytes(sent), { digest, size }), isKind('wrong-bytes'));
    assert.equal(await store.has(digest), false);
    assert.deepEqual(await strayFiles(), []);
  });
}

test('a stream that breaks off leaves no trace', async () => {
  const store = new FileBlobStore({ folder });
  async function* broken(): AsyncIterable<Uint8Array> {
    yield Buffer.from('hel');
    throw new Error('connection lost');
  }
  await assert.rejects(store.put(broken()), /connection lost/);
  assert.deepEqual(await strayFiles(), []);
});

test('a blob that was changed after it was stored is noticed, removed, and no longer there', async () => {
  const { digest } = await new FileBlobStore({ folder }).put(bytes('good'));
  const store = new FileBlobStore({ folder });
  await plant(store, digest, 'evil');
  assert.equal(await store.has(digest), false);
  await assert.rejects(stat(store.pathOf(digest)), { code: 'ENOENT' });
});

test('a link or a directory in the place of a blob is none, and what it shows stays as it is', async () => {
  const other = await new FileBlobStore({ folder }).put(bytes('other bytes'));
  for (const replace of [(place: string) => symlink(new FileBlobStore({ folder }).pathOf(other.digest), place), (place: string) => symlink('/nowhere', place), (place: string) => mkdir(place)]) {
    const { digest } = await new FileBlobStore({ folder }).put(bytes('hello'));
    const store = new FileBlobStore({ folder });
    await rm(store.pathOf(digest), { force: true });
    await replace(store.pathOf(digest));
    assert.equal(await store.has(digest), false);
    await store.put(bytes('hello'), { digest });
    assert.equal(await readFile(store.pathOf(digest), 'utf8'), 'hello');
    assert.equal(await readFile(store.pathOf(other.digest), 'utf8'), 'other bytes');
  }
});

test('a blob that was cut short, lengthened, or changed in one bit anywhere is noticed before it is used', async () => {
  const draws = new Draws('damaged blobs');
  const text = 'hello world'.repeat(100);
  const digest = digestOf(text);
  for (let round = 0; round < 50; round++) {
    const store = new FileBlobStore({ folder });
    await store.put(bytes(text), { digest });
    const damaged = Buffer.from(text);
    const at = draws.below(damaged.length);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << draws.below(8));
    await plant(store, digest, draws.one([damaged, damaged.subarray(0, at), Buffer.concat([Buffer.from(text), Buffer.from([0])])]));
    // As a disk would do it: nobody wrote to the file.
    await utimes(store.pathOf(digest), new Date(), new Date(946_684_800_000));
    await assert.rejects(new FileBlobStore({ folder }).verify(digest), isKind('wrong-bytes'));
    assert.equal(await new FileBlobStore({ folder }).has(digest), false, 'it was removed');
  }
});

test('a paranoid store notices a change that kept size and time', async () => {
  const { digest } = await new FileBlobStore({ folder }).put(bytes('good'));
  const place = new FileBlobStore({ folder }).pathOf(digest);
  const { mtime, atime } = await stat(place);
  await plant(new FileBlobStore({ folder }), digest, 'evil');
  const { utimes } = await import('node:fs/promises');
  await utimes(place, atime, mtime);
  assert.equal(await new FileBlobStore({ folder }).has(digest), true);
  assert.equal(await new FileBlobStore({ folder, paranoid: true }).has(digest), false);
});

test('a blob whose time changed but not its bytes is kept', async () => {
  const { digest } = await new FileBlobStore({ folder }).put(bytes('good'));
  const store = new FileBlobStore({ folder });
  await plant(store, digest, 'good');
  assert.equal(await store.has(digest), true);
});

test('a full disk is a sentence that names the folder and what helps', async () => {
  const store = new FileBlobStore({ folder });
  async function* full(): AsyncIterable<Uint8Array> {
    yield Buffer.from('x');
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  }
  await assert.rejects(store.put(full()), (error) => {
    assert.ok(error instanceof BuildError);
    const [failure] = error.failures;
    assert.equal(failure.kind, 'disk');
    assert.equal(failure.place?.file, folder);
    assert.deepEqual([failure.hint, failure.remedy], ['Free some space, then run the same command again: nothing half-written was kept.', 'clean-store']);
    return true;
  });
});
