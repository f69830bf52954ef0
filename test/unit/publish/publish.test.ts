import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { digestOf, hexOf } from '../../../pipeline/core/digest.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { DirectoryDestination } from '../../../pipeline/publish/directory.ts';
import type { Manifest } from '../../../pipeline/publish/manifest.ts';
import type { Contribution } from '../../../pipeline/publish/plan.ts';
import { publishRelease } from '../../../pipeline/publish/publish.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dist-'));
  await mkdir(path.join(folder, 'blobs'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const root = () => path.join(folder, 'os');

/** Publishes texts by path, all for one target unless said otherwise. */
async function publish(version: string, texts: { readonly [path: string]: string }, change: Partial<Contribution> & { readonly pathOf?: Parameters<typeof publishRelease>[2] } = {}) {
  const target = change.targets?.[0] ?? 'amd64';
  const files: { [path: string]: Contribution['files'][string] } = {};
  for (const [name, text] of Object.entries(texts)) {
    files[name] = { digest: digestOf(text), size: text.length, target, kind: 'ipxe', arch: 'amd64', platform: 'generic', contents: { files: {} } };
    await writeFile(path.join(folder, 'blobs', hexOf(digestOf(text))), text);
  }
  const { pathOf = (blob) => path.join(folder, 'blobs', hexOf(blob.digest)), ...rest } = change;
  return publishRelease({ version, files, sources: digestOf('sources'), targets: [target], line: ['amd64'], ...rest }, new DirectoryDestination(root(), { epoch: 1_000_000 }), pathOf);
}

const latest = () => readlink(path.join(root(), 'latest')).catch(() => undefined);
const read = (version: string, name: string) => readFile(path.join(root(), version, name), 'utf8');
const manifest = async (version: string) => JSON.parse(await read(version, 'release.json')) as Manifest;

test('files, sums and manifest lie under the version, with one time stamp and readable by all', async () => {
  await publish('v1.5.9', { 'rancheros.iso': 'iso', 'arm64/vmlinuz': 'kernel' });
  assert.equal(await read('v1.5.9', 'arm64/vmlinuz'), 'kernel');
  const sums = (await read('v1.5.9', 'SHA256SUMS')).trimEnd().split('\n');
  assert.deepEqual(
    sums.map((line) => line.split('  ')[1]),
    ['arm64/vmlinuz', 'rancheros.iso', 'release.json'],
  );
  assert.equal(sums[1]?.split('  ')[0], hexOf(digestOf('iso')));
  assert.equal(sums[2]?.split('  ')[0], hexOf(digestOf(await read('v1.5.9', 'release.json'))));
  const seen = await stat(path.join(root(), 'v1.5.9/rancheros.iso'));
  assert.equal(seen.mtimeMs, 1_000_000_000);
  assert.equal(seen.mode & 0o777, 0o644);
  assert.deepEqual((await readdir(path.join(root(), 'v1.5.9'))).sort(), ['SHA256SUMS', 'arm64', 'rancheros.iso', 'release.json']);
});

test('a file that is there already is not written again', async () => {
  await publish('v1.5.9-dev', { a: 'text' });
  const before = await stat(path.join(root(), 'v1.5.9-dev/a'));
  await publish('v1.5.9-dev', { a: 'text' });
  assert.equal((await stat(path.join(root(), 'v1.5.9-dev/a'))).ino, before.ino);
});

test('a file that somebody touched is put right', async () => {
  await publish('v1.5.9-dev', { a: 'text' });
  await writeFile(path.join(root(), 'v1.5.9-dev/a'), 'evil');
  await publish('v1.5.9-dev', { a: 'text' });
  assert.equal(await read('v1.5.9-dev', 'a'), 'text');
});

test('a file that was changed so that its size and time stayed is put right', async () => {
  await publish('v1.5.9-dev', { a: 'text' });
  const file = path.join(root(), 'v1.5.9-dev/a');
  const { atime, mtime } = await stat(file);
  await writeFile(file, 'evil');
  await utimes(file, atime, mtime);
  await publish('v1.5.9-dev', { a: 'text' });
  assert.equal(await read('v1.5.9-dev', 'a'), 'text');
});

test('a further target joins a version that was built from the same sources', async () => {
  await publish('v1.5.9', { iso: 'x' });
  await publish('v1.5.9', { 'vmware/iso': 'y' }, { targets: ['vmware'] });
  assert.deepEqual(Object.keys((await manifest('v1.5.9')).files), ['iso', 'vmware/iso']);
});

test('targets that are published at once are all in the version, and nothing else is left beside it', async () => {
  const targets = ['a', 'b', 'c', 'd', 'e', 'f'];
  await Promise.all(targets.map((target) => publish('v1.5.9', { [`${target}/initrd`]: target.repeat(1000) }, { targets: [target] })));
  assert.deepEqual(
    Object.keys((await manifest('v1.5.9')).files),
    targets.map((target) => `${target}/initrd`),
  );
  assert.equal((await read('v1.5.9', 'SHA256SUMS')).trim().split('\n').length, targets.length + 1);
  assert.deepEqual((await readdir(root())).sort(), ['v1.5.9']);
});

test('a folder whose last file goes, goes too', async () => {
  await publish('v1.5.9-dev', { 'arm64/vmlinuz': 'a', 'arm64/deep/er': 'b', iso: 'c' });
  await publish('v1.5.9-dev', { 'arm64/vmlinuz': 'a', iso: 'c' });
  assert.deepEqual(await readdir(path.join(root(), 'v1.5.9-dev/arm64')), ['vmlinuz']);
  await publish('v1.5.9-dev', { iso: 'c' });
  assert.deepEqual((await readdir(path.join(root(), 'v1.5.9-dev'))).sort(), ['SHA256SUMS', 'iso', 'release.json']);
});

test('a final version is never changed from other sources', async () => {
  await publish('v1.5.9', { iso: 'x' });
  await assert.rejects(publish('v1.5.9', { iso: 'y' }, { sources: digestOf('other') }), (error) => error instanceof BuildError && error.failures[0].kind === 'usage');
  assert.equal(await read('v1.5.9', 'iso'), 'x');
});

test('a development version follows the sources and drops what older ones left', async () => {
  await publish('v1.5.9-dev', { iso: 'x', old: 'o' });
  await publish('v1.5.9-dev', { 'vmware/iso': 'v' }, { targets: ['vmware'] });
  const { removed } = await publish('v1.5.9-dev', { iso: 'y' }, { sources: digestOf('other') });
  assert.deepEqual(removed, ['vmware'], 'whose files went is told');
  assert.deepEqual(Object.keys((await manifest('v1.5.9-dev')).files), ['iso']);
  await assert.rejects(read('v1.5.9-dev', 'old'), { code: 'ENOENT' });
  await assert.rejects(read('v1.5.9-dev', 'vmware/iso'), { code: 'ENOENT' });
});

const LATEST: readonly (readonly [string, readonly string[], string])[] = [
  ['shows the development build of a tree that never saw a release', ['v1.5.9-dev'], 'v1.5.9-dev'],
  ['shows the last development build then', ['v1.5.9-dev', 'v1.5.8-dev'], 'v1.5.8-dev'],
  ['moves to the first final version', ['v1.5.9-dev', 'v1.5.9'], 'v1.5.9'],
  ['stays on a final version when a development build follows', ['v1.5.9', 'v1.6.0-dev'], 'v1.5.9'],
  ['stays on the highest final version', ['v1.5.10', 'v1.5.9'], 'v1.5.10'],
  ['moves up by number, not by letters', ['v1.5.9', 'v1.5.10'], 'v1.5.10'],
  ['does not take a release candidate for a release', ['v1.5.9', 'v1.6.0-rc1'], 'v1.5.9'],
];
for (const [sentence, versions, expected] of LATEST) {
  test(`latest ${sentence}`, async () => {
    for (const version of versions) await publish(version, { iso: version });
    assert.equal(await latest(), expected);
  });
}

test('latest does not move to a version that lacks a target of its line', async () => {
  const line = ['amd64', 'vmware'];
  await publish('v1.5.8', { iso: 'x' });
  await publish('v1.5.9', { iso: 'y' }, { line });
  assert.equal(await latest(), 'v1.5.8');
  await publish('v1.5.9', { 'vmware/iso': 'z' }, { line, targets: ['vmware'] });
  assert.equal(await latest(), 'v1.5.9');
});

test('bytes that changed in the store are not published', async () => {
  await publish('v1.5.9-dev', { a: 'text' });
  await assert.rejects(
    publish('v1.5.9-dev', { b: 'good' }, { pathOf: () => path.join(folder, 'blobs', hexOf(digestOf('text'))) }),
    (error) => error instanceof BuildError && error.failures[0].kind === 'wrong-bytes',
  );
  await assert.rejects(read('v1.5.9-dev', 'b'), { code: 'ENOENT' });
});

test('a file that was damaged or removed is put there again, and the build says which', async () => {
  const texts = { a: 'text', b: 'more', c: 'rest' };
  assert.deepEqual((await publish('v1.5.9-dev', texts)).repaired, []);
  assert.deepEqual((await publish('v1.5.9-dev', texts)).repaired, []);
  await writeFile(path.join(root(), 'v1.5.9-dev/a'), 'TEXT');
  await rm(path.join(root(), 'v1.5.9-dev/b'));
  await writeFile(path.join(root(), 'v1.5.9-dev/SHA256SUMS'), 'nothing');
  assert.deepEqual((await publish('v1.5.9-dev', texts)).repaired, ['a', 'b', 'SHA256SUMS']);
  assert.deepEqual([await read('v1.5.9-dev', 'a'), await read('v1.5.9-dev', 'b')], ['text', 'more']);
  assert.deepEqual((await publish('v1.5.9-dev', { ...texts, a: 'new' })).repaired, [], 'new bytes are no repair');
});
