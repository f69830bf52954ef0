import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IndexedCpioEntry, indexCpio } from '../../../pipeline/formats/cpio.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import type { Cpio } from '../../../pipeline/steps/cpio/step.ts';
import { write } from '../../../pipeline/steps/cpio/write.ts';
import { EPOCH, failure, file, folder, hardLink, runWriter, symlink, tarOf } from '../trees/sample.ts';

const TREE = tarOf([folder('usr'), file('usr/b', 'hello'), hardLink('usr/a', 'usr/b'), symlink('lib', 'usr/lib'), file('init', '#!/bin/sh', { mode: 0o755, mtime: EPOCH + 5, uid: 7 })]);

async function packed(
  change: Partial<Cpio['options']>,
  inputs: { readonly [name: string]: Uint8Array } = { 'tree/tree': TREE },
): Promise<{ readonly bytes: Buffer; readonly entries: readonly IndexedCpioEntry[] }> {
  const options = { trees: [], modes: {}, links: [], ...change };
  const { cpio: bytes } = await runWriter(write, { inputs, outputs: ['cpio'], options });
  return { bytes, entries: indexCpio(inMemory(bytes), 'the archive') };
}

test('members are sorted and numbered, names of one file share a number, and the last carries the bytes', async () => {
  const { bytes, entries } = await packed({ trees: ['tree'] });
  assert.deepEqual(
    entries.map(({ path, mode, inode, links, size, mtime, uid }) => [path, mode.toString(8), inode, links, size, mtime, uid]),
    [
      ['.', '40755', 1, 2, 0, EPOCH, 0],
      ['init', '100755', 2, 1, 9, EPOCH, 7],
      ['lib', '120777', 3, 1, 7, EPOCH, 0],
      ['usr', '40755', 4, 2, 0, EPOCH, 0],
      ['usr/a', '100644', 5, 2, 0, EPOCH, 0],
      ['usr/b', '100644', 5, 2, 5, EPOCH, 0],
    ],
  );
  assert.equal(bytes.length % 512, 0);
  const link = entries.find(({ path }) => path === 'lib');
  assert.equal(bytes.toString('utf8', link?.offset, (link?.offset ?? 0) + 7), 'usr/lib');
});

test('an archive follows another one at a multiple of four bytes, and is the same as by itself', async () => {
  const { bytes: alone } = await packed({ trees: ['tree'] });
  const inputs = { 'tree/tree': TREE, after: Buffer.from('seven b') };
  const { cpio: bytes } = await runWriter(write, { inputs, outputs: ['cpio'], options: { trees: ['tree'], modes: {}, links: [] } });
  assert.equal(bytes.toString('latin1', 0, 8), 'seven b\0');
  assert.ok(bytes.subarray(8).equals(alone));
});

test('single files and links join the trees', async () => {
  const { entries } = await packed(
    { modes: { init: 0o755 }, links: [{ path: 'bin', target: 'usr/bin' }] },
    { 'file/init': Buffer.from('#!'), 'file/rancheros/base.squashfs': Buffer.alloc(3_000_001, 1) },
  );
  assert.deepEqual(
    entries.map(({ path, mode, size }) => [path, mode.toString(8), size]),
    [
      ['.', '40755', 0],
      ['bin', '120777', 7],
      ['init', '100755', 2],
      ['rancheros', '40755', 0],
      ['rancheros/base.squashfs', '100644', 3_000_001],
    ],
  );
});

const TROUBLE: readonly (readonly [string, Partial<Cpio['options']>, { readonly [name: string]: Uint8Array }, RegExp])[] = [
  ['one path in two trees', { trees: ['a', 'b'] }, { 'tree/a': tarOf([file('x', '1')]), 'tree/b': tarOf([file('x', '2')]) }, /\/x comes from a and from b/],
  [
    'a file with attributes',
    { trees: ['a'] },
    { 'tree/a': tarOf([file('ping', '', { xattrs: { 'security.capability': Uint8Array.of(1) } })]) },
    /\/ping of a has extended attributes, which a cpio archive cannot hold: security\.capability/,
  ],
  ['a mode for a file that is no input', { modes: { init: 0o755 } }, {}, /a mode for init, but no input file\/init/],
];
for (const [sentence, options, inputs, message] of TROUBLE) {
  test(`${sentence} is refused by name`, async () => {
    await assert.rejects(packed(options, inputs), failure('configuration', message));
  });
}
