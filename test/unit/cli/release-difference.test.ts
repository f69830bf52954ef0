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
    { path: 'initrd', change: 'changed', before: 2_000_000, after: 1_500_000 },
    { path: 'rancheros.iso', change: 'removed', before: 10_000_000, after: undefined },
    { path: 'vmware/rancheros.ova', change: 'added', before: undefined, after: 7_000_000 },
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
