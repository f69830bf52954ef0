import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { digestOf } from '../../../pipeline/core/digest.ts';
import { lineDiff } from '../../../pipeline/pins/line-diff.ts';
import { scriptsNew } from '../../../pipeline/pins/messages.ts';
import { type PackageIdentity, scriptsOf } from '../../../pipeline/pins/scripts.ts';

const A: PackageIdentity = { name: 'a', version: '1.0-1' };

function digest(files: { readonly [name: string]: string }, identity: PackageIdentity = A): string | undefined {
  return scriptsOf(new Map(Object.entries(files)), identity)?.digest;
}

test('a package without scripts has no digest, nor has one whose triggers are only comments', () => {
  assert.equal(digest({}), undefined);
  assert.equal(digest({ triggers: '# Triggers added by dh_makeshlibs\n\n' }), undefined);
});

test('the digest tells texts and names apart', () => {
  const all = [digest({ postinst: 'a' }), digest({ postinst: 'b' }), digest({ preinst: 'a' }), digest({ postinst: 'a', preinst: 'a' }), digest({ postinst: '"}' })];
  assert.equal(new Set(all).size, all.length);
});

test('the order in which files are found does not matter', () => {
  assert.equal(digest({ postinst: 'a', preinst: 'b' }), digest({ preinst: 'b', postinst: 'a' }));
});

test("the package's own version is no part of the digest, another version is", () => {
  const text = (version: string) => `dpkg --compare-versions "$2" lt ${version}\n`;
  assert.equal(digest({ postinst: text('1.0-1') }), digest({ postinst: text('2.0-3') }, { name: 'a', version: '2.0-3' }));
  assert.notEqual(digest({ postinst: text('1.0-1') }), digest({ postinst: text('1.0-1') }, { name: 'a', version: '2.0-3' }));
});

test("a kernel's release is no part of the digest", () => {
  const kernel = (release: string) => digest({ postinst: `depmod ${release}-amd64\n` }, { name: `linux-image-${release}-amd64`, version: '1-1', alias: 'linux-image-amd64' });
  assert.equal(kernel('6.12.1+deb13'), kernel('6.12.94+deb13'));
});

test('the entry that is proposed for a package is YAML, and acknowledges nothing until somebody has finished it', () => {
  const digests = [digestOf('a'), digestOf('b')];
  const [, ...entry] = scriptsNew({ name: 'lldpd', arches: ['amd64'], digests }, '').hint?.split('\n') ?? [];
  const read = parse(['packages:', ...entry].join('\n')) as unknown;
  assert.deepEqual(read, { packages: { lldpd: { scripts: digests, nothing: null } } });
});

const DIFFS: readonly (readonly [title: string, before: string, after: string, expected: string])[] = [
  ['equal texts differ in nothing', 'a\nb', 'a\nb', ''],
  ['a changed line stands between its neighbours', '1\n2\n3\n4\n5\n6\n7', '1\n2\n3\nx\n5\n6\n7', '  2\n  3\n- 4\n+ x\n  5\n  6'],
  ['an added line', 'a\nb', 'a\nx\nb', '  a\n+ x\n  b'],
  ['a removed line', 'a\nx\nb', 'a\nb', '  a\n- x\n  b'],
  ['distant changes are parted', 'a\n1\n2\n3\n4\n5\n6\nb', 'A\n1\n2\n3\n4\n5\n6\nB', '- a\n+ A\n  1\n  2\n…\n  5\n  6\n- b\n+ B'],
];

test('a difference shows the lines that changed', async (t) => {
  for (const [title, before, after, expected] of DIFFS) {
    await t.test(title, () => assert.equal(lineDiff(before, after), expected));
  }
});
