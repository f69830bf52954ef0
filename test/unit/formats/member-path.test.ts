import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ancestorsOf, memberPath, parentOf, resolveTarget } from '../../../pipeline/formats/member-path.ts';
import { failure } from '../trees/sample.ts';

const PATHS: readonly (readonly [string, string])[] = [
  ['./usr/bin/', 'usr/bin'],
  ['usr//bin/./x', 'usr/bin/x'],
  ['./', ''],
  ['.', ''],
  ['..x/...', '..x/...'],
];
for (const [raw, path] of PATHS) {
  test(`the member ${JSON.stringify(raw)} is ${JSON.stringify(path)}`, () => {
    assert.equal(memberPath(raw, 'it'), path);
  });
}

for (const raw of ['/etc/passwd', '../x', 'a/../b', 'a/..', 'a\0b', 'a\nb', `${'x'.repeat(256)}`, 'ä'.repeat(128)]) {
  test(`the member ${JSON.stringify(raw.slice(0, 20))} is refused`, () => {
    assert.throws(() => memberPath(raw, 'it'), failure('wrong-bytes', /^it has a member/));
  });
}

const TARGETS: readonly (readonly [string, string, string | undefined])[] = [
  ['usr/bin/sh', 'dash', 'usr/bin/dash'],
  ['usr/bin/vi', '/etc/alternatives/vi', 'etc/alternatives/vi'],
  ['etc/os-release', '../usr/lib/os-release', 'usr/lib/os-release'],
  ['bin', 'usr/bin', 'usr/bin'],
  ['bin', '.', ''],
  ['a/b', '..', ''],
  ['a/b', '../..', undefined],
  ['x', '/../etc', undefined],
  ['a/b/c', '../../../../etc/shadow', undefined],
];
for (const [path, target, resolved] of TARGETS) {
  test(`a link ${path} -> ${target} leads ${resolved === undefined ? 'out of the tree' : `to ${JSON.stringify(resolved)}`}`, () => {
    assert.equal(resolveTarget(path, target), resolved);
  });
}

test('folders above a path come from the root down', () => {
  assert.deepEqual(ancestorsOf('a/b/c'), ['a', 'a/b']);
  assert.deepEqual(ancestorsOf('a'), []);
  assert.equal(parentOf('a/b/c'), 'a/b');
  assert.equal(parentOf('a'), '');
});
