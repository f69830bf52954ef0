import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPackageIndex, type PackageIndex } from '../../../pipeline/pins/package-index.ts';
import { resolve } from '../../../pipeline/pins/resolve.ts';

/** A stanza from `name=version | Field: value | Field: value`; alternatives are parted by ¦ here, because | parts the fields. */
function stanza(text: string): string {
  const [head = '', ...fields] = text.split(' | ');
  const [name = '', version = '1'] = head.split('=');
  return [
    `Package: ${name}`,
    `Version: ${version}`,
    ...fields.map((field) => field.replaceAll('¦', ' | ')),
    'Architecture: amd64',
    `Filename: pool/${name}.deb`,
    'Size: 1',
    `SHA256: ${'0'.repeat(64)}`,
  ].join('\n');
}

function index(...stanzas: readonly string[]): PackageIndex {
  return buildPackageIndex([{ archive: 'debian', text: stanzas.map(stanza).join('\n\n') }]);
}

interface Asked {
  readonly packages: readonly string[];
  readonly exclude?: readonly string[];
  readonly below?: readonly string[];
}

function outcome(packages: PackageIndex, { packages: names, exclude = [], below = [] }: Asked): string {
  const lower = below.flatMap((name) => packages.get(name) ?? []);
  const result = resolve({ index: packages, packages: names, exclude, below: lower });
  return result.ok
    ? result.chosen.map(({ name, version }) => `${name}=${version}`).join(' ')
    : `refused: ${result.troubles.map(({ message, hint }) => (hint === undefined ? message : `${message} ${hint}`)).join(' / ')}`;
}

const ROWS: readonly (readonly [title: string, stanzas: readonly string[], asked: Asked, expected: string])[] = [
  ['dependencies are followed to the end', ['a | Depends: b', 'b | Pre-Depends: c', 'c', 'd'], { packages: ['a'] }, 'a=1 b=1 c=1'],
  ['circles end', ['a | Depends: b', 'b | Depends: a'], { packages: ['a'] }, 'a=1 b=1'],
  ['the newest version wins', ['a=1', 'a=2', 'a=1.5'], { packages: ['a'] }, 'a=2'],
  ['the first alternative is taken', ['a | Depends: b¦c', 'b', 'c'], { packages: ['a'] }, 'a=1 b=1'],
  ['an alternative that does not exist is passed over', ['a | Depends: x¦c', 'c'], { packages: ['a'] }, 'a=1 c=1'],
  ['an alternative that is too old is passed over', ['a | Depends: b (>= 2)¦c', 'b=1', 'c'], { packages: ['a'] }, 'a=1 c=1'],
  ['what is asked for meets a dependency before its first alternative', ['a | Depends: b¦c', 'b', 'c'], { packages: ['a', 'c'] }, 'a=1 c=1'],
  ['what another package needs anyway meets it too, whatever the order', ['a | Depends: b¦c', 'b', 'c', 'd | Depends: c'], { packages: ['a', 'd'] }, 'a=1 c=1 d=1'],
  ['a virtual package is met by one that provides it', ['a | Depends: awk', 'mawk | Provides: awk'], { packages: ['a'] }, 'a=1 mawk=1'],
  [
    'of several providers the more important one is taken',
    ['a | Depends: awk', 'gawk | Provides: awk | Priority: optional', 'mawk | Provides: awk | Priority: required'],
    { packages: ['a'] },
    'a=1 mawk=1',
  ],
  ['of equal providers the first by name is taken', ['a | Depends: awk', 'mawk | Provides: awk', 'gawk | Provides: awk'], { packages: ['a'] }, 'a=1 gawk=1'],
  ['a chosen provider meets a virtual package', ['a | Depends: awk', 'mawk | Provides: awk', 'gawk | Provides: awk'], { packages: ['a', 'mawk'] }, 'a=1 mawk=1'],
  ['a versioned need is met by a versioned provide', ['a | Depends: lib (= 2)', 'l64 | Provides: lib (= 2)'], { packages: ['a'] }, 'a=1 l64=1'],
  [
    'a versioned need is not met by a provide without version',
    ['a | Depends: lib (= 2)', 'l64 | Provides: lib'],
    { packages: ['a'] },
    'refused: a 1 needs lib (= 2), which the archives do not have. Exclude it, or add an archive that has it.',
  ],
  [
    'a provide of an older version does not do',
    ['a | Depends: lib (>= 2)', 'l64 | Provides: lib (= 1~)'],
    { packages: ['a'] },
    'refused: a 1 needs lib (>= 2), which the archives do not have. Exclude it, or add an archive that has it.',
  ],
  [
    'an excluded package meets what it could meet',
    ['a | Depends: debconf (>= 9)¦debconf-2.0, b', 'debconf | Provides: debconf-2.0', 'cdebconf | Provides: debconf-2.0', 'b'],
    { packages: ['a'], exclude: ['debconf'] },
    'a=1 b=1',
  ],
  ['an excluded package meets the virtual package it provides', ['a | Depends: awk', 'mawk | Provides: awk'], { packages: ['a'], exclude: ['mawk'] }, 'a=1'],
  ['asking for an excluded package is refused', ['a'], { packages: ['a'], exclude: ['a'] }, 'refused: a is both asked for and excluded. Take it out of one of the two lists.'],
  ['an excluded package that does not exist is refused with a hint', ['a', 'debconf'], { packages: ['a'], exclude: ['debcon'] }, 'refused: The archives have no package debcon. Did you mean debconf?'],
  ['what lies below is not named again', ['a | Depends: b', 'b | Depends: c', 'c'], { packages: ['a'], below: ['b', 'c'] }, 'a=1'],
  ['a package that does not exist is refused with a hint', ['quickjs'], { packages: ['quickjs', 'quikjs'] }, 'refused: The archives have no package quikjs. Did you mean quickjs?'],
  [
    'a need for an exact version that is gone is refused',
    ['a | Depends: b (= 1)', 'b=1', 'b=2'],
    { packages: ['a'] },
    'refused: a 1 needs b (= 1), which the archives do not have. Exclude it, or add an archive that has it.',
  ],
  [
    'a need for an older version than the newest is refused, and named with all its alternatives',
    ['a | Depends: b', 'b=2', 'c | Depends: b (<< 2)¦x'],
    { packages: ['a', 'c'] },
    'refused: c 1 needs b (<< 2) | x, which the archives do not have. Exclude it, or add an archive that has it.',
  ],
  [
    'a conflict between chosen packages is refused',
    ['a | Conflicts: b', 'b'],
    { packages: ['a', 'b'] },
    'refused: a 1 cannot live beside b 1: it conflicts with b. Take one of the two out, or exclude the one that only a dependency brings in.',
  ],
  ['a package may break an older version of another', ['a | Breaks: b (<< 2)', 'b=2'], { packages: ['a', 'b'] }, 'a=1 b=2'],
  [
    'a breakage with what lies below is refused',
    ['a | Breaks: b (<< 3)', 'b=2'],
    { packages: ['a'], below: ['b'] },
    'refused: a 1 cannot live beside b 2: it conflicts with b (<< 3). Take one of the two out, or exclude the one that only a dependency brings in.',
  ],
  ['a package may conflict with what it provides itself', ['a | Provides: mta | Conflicts: mta'], { packages: ['a'] }, 'a=1'],
  [
    'two that provide and refuse the same thing are refused',
    ['a | Provides: mta | Conflicts: mta', 'b | Provides: mta'],
    { packages: ['a', 'b'] },
    'refused: a 1 cannot live beside b 1: it conflicts with mta. Take one of the two out, or exclude the one that only a dependency brings in.',
  ],
];

test('sets of packages resolve as Debian means them', async (t) => {
  for (const [title, stanzas, asked, expected] of ROWS) {
    await t.test(title, () => {
      assert.equal(outcome(index(...stanzas), asked), expected);
    });
  }
});

test('the order in which the index lists packages does not matter', () => {
  const stanzas = ['a | Depends: awk, b¦c', 'b', 'c', 'gawk | Provides: awk', 'mawk | Provides: awk'];
  assert.equal(outcome(index(...stanzas), { packages: ['a'] }), outcome(index(...[...stanzas].reverse()), { packages: ['a'] }));
});

test('of the same version in two archives the first archive is taken, a newer version wins from any', () => {
  const of = (archive: string, ...stanzas: readonly string[]) => ({ archive, text: stanzas.map(stanza).join('\n\n') });
  const both = buildPackageIndex([of('debian', 'a=1', 'b=1'), of('debian-security', 'a=1', 'b=1+deb13u1')]);
  assert.equal(both.get('a')?.archive, 'debian');
  assert.equal(both.get('b')?.archive, 'debian-security');
});
