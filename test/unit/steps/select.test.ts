import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../../pipeline/steps/select/write.ts';
import { failure, file, folder, hardLink, runWriter, symlink, tarOf } from '../trees/sample.ts';

const TAR = tarOf([
  folder('usr/lib'),
  file('usr/lib/real', 'contents'),
  symlink('usr/lib/short', 'real'),
  symlink('far', '/lib/short'),
  symlink('loop', 'loop'),
  file('boot/vmlinuz', 'kernel'),
  hardLink('boot/again', 'boot/vmlinuz'),
]);
const PICKS: readonly (readonly [string, string])[] = [
  ['boot/vmlinuz', 'kernel'],
  ['boot/again', 'kernel'],
  ['usr/lib/short', 'contents'],
  ['lib/real', 'contents'],
  ['far', 'contents'],
];
for (const [path, expected] of PICKS) {
  test(`${path} is picked out of a tar`, async () => {
    const made = await runWriter(write, { inputs: { tar: TAR }, outputs: ['picked'], options: { files: { picked: path } } });
    assert.equal(made['picked']?.toString(), expected);
  });
}

for (const [path, message] of [
  ['real', /no file \/real/],
  ['usr/lib', /is a directory/],
  ['loop', /more than 40 links/],
] as const) {
  test(`${path}, which is no file, cannot be picked`, async () => {
    await assert.rejects(runWriter(write, { inputs: { tar: TAR }, outputs: ['x'], options: { files: { x: path } } }), failure('configuration', message));
  });
}
