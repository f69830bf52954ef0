import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withRemedy } from '../../../pipeline/cli/remedy.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { diskFailure } from '../../../pipeline/host/disk-failure.ts';

const SENTENCE = /^[A-Z][^\n]*\.$/;

function failureOf(code: string, syscall: string, use?: 'store' | 'releases') {
  const error = Object.assign(new Error(`${code}: it went wrong, ${syscall} '/a/b'`), { code, syscall, path: '/a/b' });
  const found = diskFailure(error, '/named', use);
  assert.ok(found instanceof BuildError, code);
  return found.failures[0];
}

const CASES: readonly (readonly [code: string, syscall: string, kind: string, place: string])[] = [
  ['ENOSPC', 'write', 'disk', '/named'],
  ['EDQUOT', 'write', 'disk', '/named'],
  ['EFBIG', 'write', 'disk', '/named'],
  ['EROFS', 'mkdir', 'disk', '/a'],
  ['EACCES', 'mkdir', 'disk', '/a'],
  ['EPERM', 'open', 'disk', '/named'],
  ['ENOTDIR', 'mkdir', 'usage', '/a/b'],
  ['EEXIST', 'mkdir', 'usage', '/a/b'],
  ['ENOENT', 'mkdir', 'usage', '/a/b'],
];
for (const [code, syscall, kind, place] of CASES) {
  test(`${code} of ${syscall} is a sentence with the place to blame, the system's words and a next step`, () => {
    const failure = failureOf(code, syscall);
    assert.match(failure.message, SENTENCE);
    assert.match(failure.hint ?? '', SENTENCE);
    assert.deepEqual([failure.kind, failure.place?.file], [kind, place]);
    assert.ok(failure.evidence?.startsWith(code));
    for (const text of [failure.message, failure.hint ?? '']) assert.doesNotMatch(text, /--|npm/, 'it knows no command line');
  });
}

test('a file that is missing, and an error that is none of the disk, are left as they are', () => {
  for (const [code, syscall] of [
    ['ENOENT', 'open'],
    ['ECONNRESET', 'read'],
  ] as const) {
    const error = Object.assign(new Error(code), { code, syscall });
    assert.equal(diskFailure(error, '/named'), error);
  }
});

test('the command line says what to type: the store that was named is named again', () => {
  assert.match(withRemedy(failureOf('ENOSPC', 'write'), undefined).hint ?? '', /^Free some space, .*\. `npm run gc` removes from the store what no build used lately\.$/);
  assert.match(withRemedy(failureOf('ENOSPC', 'write'), "it's").hint ?? '', /`npm run gc -- --cache 'it'\\''s'`/);
  assert.match(withRemedy(failureOf('EACCES', 'mkdir'), undefined).hint ?? '', /\. The option --cache names another one\.$/);
  assert.match(withRemedy(failureOf('EACCES', 'mkdir', 'releases'), undefined).hint ?? '', /\. The option --dist names another one\.$/);
});
