import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globMatches } from '../../../pipeline/trees/glob.ts';

const ROWS: readonly (readonly [string, string, boolean])[] = [
  ['usr/share/man', 'usr/share/man', true],
  ['usr/share/man', 'usr/share/man/man1/ls.1.gz', true],
  ['usr/share/man', 'usr/share/manual', false],
  ['/usr/share/man/', 'usr/share/man/x', true],
  ['*.a', 'libc.a', true],
  ['*.a', 'usr/lib/libc.a', false],
  ['**/*.a', 'usr/lib/libc.a', true],
  ['**/*.a', 'libc.a', true],
  ['usr/*/x', 'usr/a/x', true],
  ['usr/*/x', 'usr/a/b/x', false],
  ['usr/**', 'usr/a/b', true],
  ['usr/**', 'usr', false],
  ['usr/**/x', 'usr/x', true],
  ['usr/**/x', 'usr/a/b/x', true],
  ['etc/rc?.d', 'etc/rc5.d/S01ssh', true],
  ['usr/share/{man,info}', 'usr/share/info/dir', true],
  ['usr/share/{man,info}', 'usr/share/doc', false],
  ['a,b', 'a,b', true],
  ['lib.so.1+2', 'lib.so.1+2', true],
  ['lib.so', 'libxso', false],
  ['a[b]c', 'abc', false],
];
for (const [pattern, path, expected] of ROWS) {
  test(`${pattern} ${expected ? 'matches' : 'does not match'} ${path}`, () => {
    assert.equal(globMatches(pattern, path), expected);
  });
}

test('a brace that is not closed is refused', () => {
  assert.throws(() => globMatches('a{b', 'ab'), RangeError);
});
