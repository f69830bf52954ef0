import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allTargets } from '../../pipeline/cli/all-targets.ts';
import { hasReader } from '../../pipeline/verify/formats.ts';

test('verify has a reader for each file of each target', () => {
  const files = allTargets().flatMap((target) => Object.keys(target.files));
  assert.ok(files.length > 20, `targets/*.ts make ${files.length} files only: were all of them seen?`);
  const unread = files.filter((file) => !hasReader(file));
  assert.equal(
    unread.length,
    0,
    `verify cannot read ${unread.join(', ')}: write pipeline/verify/<format>.ts and add its line to CHECKS in pipeline/verify/formats.ts, or give the file the ending of a known format.`,
  );
});

test('a file of a name that nobody knows has no reader', () => {
  for (const name of ['notes.txt', 'rancheros.tar.xz', 'other.tar.gz', 'rancheros.zst', 'vmlinuz.old', 'x.json']) assert.equal(hasReader(name), false, name);
});
