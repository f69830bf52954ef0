import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceMarkdown, differenceText, fileDifferences } from '../../../pipeline/cli/release-difference.ts';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { Manifest } from '../../../pipeline/publish/manifest.ts';

function release(files: { readonly [path: string]: readonly [text: string, size: number] }): Manifest {
  const listed = Object.entries(files).map(([path, [text, size]]) => [path, { digest: digestOf(text), size, target: 'amd64' }]);
  return { format: 1, version: 'v1.0.0', sources: digestOf('x'), files: Object.fromEntries(listed) } as Manifest;
}

const BEFORE = release({ initrd: ['a', 2_000_000], 'rancheros.iso': ['i', 10_000_000], vmlinuz: ['k', 5] });
const AFTER = release({ initrd: ['b', 1_500_000], 'vmware/rancheros.ova': ['o', 7_000_000], vmlinuz: ['k', 5] });

test('two releases differ in what was added, removed and changed, and in nothing else', () => {
  assert.deepEqual(fileDifferences(BEFORE, AFTER), [
    { path: 'initrd', change: 'changed', before: 2_000_000, after: 1_500_000, contents: [] },
    { path: 'rancheros.iso', change: 'removed', before: 10_000_000, after: undefined, contents: [] },
    { path: 'vmware/rancheros.ova', change: 'added', before: undefined, after: 7_000_000, contents: [] },
  ]);
});

test('a difference is written for a person and for a pull request', () => {
  const files = fileDifferences(BEFORE, AFTER);
  assert.match(differenceText(files), /^changed {2}initrd {2}2\.0 MB → 1\.5 MB \(−500\.0 kB|^changed {2}initrd {2}2\.0 MB → 1\.5 MB \(−500 kB\)/);
  assert.match(
    differenceMarkdown(files),
    /^\| file \| \| before \| after \|\n\|---\|---\|---\|---\|\n\| `initrd` \| changed \| 2\.0 MB \| 1\.5 MB \(−500 kB\) \|\n\| `rancheros\.iso` \| removed \| 10\.0 MB \| – \|\n/,
  );
  assert.equal(differenceText(fileDifferences(BEFORE, BEFORE)), 'Every file is the same.\n');
});

test('a file that differs shows what differs in it, where both manifests say what it holds', () => {
  const holding = (text: string, files: { readonly [path: string]: readonly [text: string, size: number] }): Manifest => {
    const contents = { files: Object.fromEntries(Object.entries(files).map(([path, [of, size]]) => [path, { digest: digestOf(of), size }])) };
    const file = { digest: digestOf(text), size: 9, target: 'amd64', kind: 'initrd', arch: 'amd64', platform: 'generic', contents } as const;
    return { format: 2, version: 'v1.0.0', sources: digestOf('x'), files: { initrd: file } };
  };
  const before = holding('1', { 'rancheros/base.squashfs': ['a', 30_000_000], 'rancheros/engine.squashfs': ['e', 40_000_000], 'rancheros/layers': ['l', 400] });
  const after = holding('2', { 'rancheros/base.squashfs': ['b', 31_000_000], 'rancheros/engine.squashfs': ['e', 40_000_000], 'rancheros/extra.squashfs': ['x', 400] });
  const files = fileDifferences(before, after);
  assert.deepEqual(
    files.flatMap(({ contents }) => contents.map(({ path, change }) => `${change} ${path}`)),
    ['changed rancheros/base.squashfs', 'added rancheros/extra.squashfs', 'removed rancheros/layers'],
  );
  assert.match(differenceText(files), /^changed {2}initrd .*\n {4}changed {2}rancheros\/base\.squashfs {2}30\.0 MB → 31\.0 MB \(\+1\.0 MB\)\n/);
  assert.match(differenceMarkdown(files), /\| &nbsp;&nbsp;`rancheros\/base\.squashfs` \| changed \|/);
});
