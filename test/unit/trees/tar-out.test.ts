import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nodesOf } from '../../../pipeline/trees/tar-in.ts';
import { writeTar } from '../../../pipeline/trees/tar-out.ts';
import { EPOCH, file, folder, hardLink, type Member, membersOf, scratch, source, symlink, tarOf } from './sample.ts';

const MEMBERS: readonly Member[] = [
  folder('usr'),
  folder('usr/bin'),
  file('usr/bin/b', 'contents'),
  hardLink('usr/bin/a', 'usr/bin/b'),
  hardLink('usr/bin/c', 'usr/bin/a'),
  file('usr-local', 'x'),
  symlink('bin', 'usr/bin'),
  file('etc', ''),
  file('usr/bin/empty', ''),
  file('Z', 'x', { mtime: EPOCH + 1 }),
  file('old', 'x', { mtime: 5 }),
  file('ü', 'x'),
  folder('', { mode: 0o755 }),
];

function written(members: readonly Member[]): Buffer {
  const place = scratch();
  writeTar(place, nodesOf(source(tarOf(members)), 'it'), EPOCH);
  return readFileSync(place);
}

/** All orders that keep a link behind what it names, by a fixed rule: no randomness in tests. */
function rotations(members: readonly Member[]): readonly (readonly Member[])[] {
  return members
    .map((_, index) => [...members.slice(index), ...members.slice(0, index)])
    .map((turned) => {
      const links = turned.filter(({ entry }) => entry.type === 'link').sort((a, b) => (a.entry.path < b.entry.path ? -1 : 1));
      return [...turned.filter(({ entry }) => entry.type !== 'link'), ...links];
    });
}

test('the order of members does not show in the bytes', () => {
  const wanted = written(MEMBERS);
  for (const order of rotations(MEMBERS)) assert.ok(written(order).equals(wanted));
});

test('writing what was written gives the same bytes', () => {
  const once = written(MEMBERS);
  const place = scratch();
  writeTar(place, nodesOf(source(once), 'it'), EPOCH);
  assert.ok(readFileSync(place).equals(once));
});

test('paths are sorted by code unit, parents before children', () => {
  assert.deepEqual([...membersOf(written(MEMBERS)).keys()], ['', 'Z', 'bin', 'etc', 'old', 'usr', 'usr-local', 'usr/bin', 'usr/bin/a', 'usr/bin/b', 'usr/bin/c', 'usr/bin/empty', 'ü']);
});

test('the first of several names holds the bytes, the others link to it', () => {
  const members = membersOf(written(MEMBERS));
  assert.equal(members.get('usr/bin/a')?.type, 'file');
  assert.deepEqual([members.get('usr/bin/b')?.target, members.get('usr/bin/c')?.target], ['usr/bin/a', 'usr/bin/a']);
});

test('timestamps above the epoch come down to it, older ones stay', () => {
  const members = membersOf(written(MEMBERS));
  assert.equal(members.get('Z')?.mtime, EPOCH);
  assert.equal(members.get('old')?.mtime, 5);
});

test('the tar ends with two empty blocks and no more', () => {
  assert.equal(written([]).length, 1024);
  assert.equal(written([file('a', 'x')]).length, 512 + 512 + 1024);
});
