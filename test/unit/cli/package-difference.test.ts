import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageDifferences, packagesMarkdown, packagesText } from '../../../pipeline/cli/package-difference.ts';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { Manifest } from '../../../pipeline/publish/manifest.ts';
import { packageKey, type ShippedPackage } from '../../../pipeline/publish/shipped.ts';

/** A release whose files hold layers, which hold packages as `name version`. */
function release(files: { readonly [path: string]: readonly string[] }, layers: { readonly [layer: string]: readonly string[] }): Manifest {
  const packages = Object.values(layers)
    .flat()
    .map((words): ShippedPackage => {
      const [name = '', version = ''] = words.split(' ');
      return { name, version, arch: name === 'tzdata' ? 'all' : 'amd64', source: { name, version }, archive: 'debian', path: 'x', digest: digestOf(words) };
    });
  const keyed = new Map(packages.map((each) => [`${each.name} ${each.version}`, packageKey(each)]));
  return {
    ...{ format: 3, version: 'v1.0.0', sources: digestOf('x') },
    files: Object.fromEntries(
      Object.entries(files).map(([path, held]) => {
        const contents = { files: Object.fromEntries(held.map((layer) => [layer, { digest: digestOf(layer), size: 1 }])) };
        return [path, { digest: digestOf(path), size: 1, target: 'a', kind: 'iso', arch: path.startsWith('arm64/') ? 'arm64' : 'amd64', platform: 'generic', contents }];
      }),
    ),
    components: Object.fromEntries(Object.entries(layers).map(([layer, words]) => [digestOf(layer), words.map((each) => keyed.get(each) ?? '')])),
    packages: Object.fromEntries(packages.map((each) => [packageKey(each), each])),
  };
}

const BEFORE = release({ iso: ['base1', 'engine'], initrd: ['base1'] }, { base1: ['bash 1', 'lvm2 2', 'tzdata 1'], engine: ['docker.io 26'] });
const AFTER = release({ iso: ['base2', 'engine'], initrd: ['base2'], img: ['base2'], 'x/iso': ['base2'] }, { base2: ['bash 2', 'htop 3', 'tzdata 1'], engine: ['docker.io 26'] });

test('packages that were added, removed and changed, each with the files that ship it; the same in both are left out', () => {
  assert.deepEqual(packageDifferences(BEFORE, AFTER), [
    { name: 'bash', arch: 'amd64', change: 'changed', before: ['1'], after: ['2'], files: ['img', 'initrd', 'iso', 'x/iso'] },
    { name: 'htop', arch: 'amd64', change: 'added', before: [], after: ['3'], files: ['img', 'initrd', 'iso', 'x/iso'] },
    { name: 'lvm2', arch: 'amd64', change: 'removed', before: ['2'], after: [], files: ['initrd', 'iso'] },
  ]);
});

test('a package of one architecture is not that of another, also where its file is the same for all', () => {
  const more = release({ iso: ['base1', 'engine'], initrd: ['base1'], 'arm64/iso': ['tz'] }, { base1: ['bash 1', 'lvm2 2', 'tzdata 1'], engine: ['docker.io 26'], tz: ['tzdata 1'] });
  assert.deepEqual(
    packageDifferences(BEFORE, more)?.map(({ name, arch, change, files }) => [name, arch, change, files]),
    [['tzdata', 'arm64', 'added', ['arm64/iso']]],
  );
});

test('packages are written for a person and for a pull request', () => {
  const packages = packageDifferences(BEFORE, AFTER);
  assert.equal(
    packagesText(packages),
    `Packages
changed  bash  1 → 2  (amd64, in img, initrd, iso and 1 more)
added    htop  – → 3  (amd64, in img, initrd, iso and 1 more)
removed  lvm2  2 → –  (amd64, in initrd, iso)
`,
  );
  assert.match(
    packagesMarkdown(packages),
    /^\| package \| \| \| before \| after \| in files \|\n\|---\|---\|---\|---\|---\|---\|\n\| `bash` \| amd64 \| changed \| 1 \| 2 \| <details><summary>4<\/summary>`img` `initrd`/,
  );
  assert.equal(packagesText(packageDifferences(BEFORE, BEFORE)), 'Every package is the same.\n');
});

test('a release of an earlier format is said not to list its packages', () => {
  const { components: _, packages: __, ...older } = { ...BEFORE, format: 2 as const };
  assert.equal(packageDifferences(older, AFTER), undefined);
  assert.match(packagesText(undefined), /older than format 3/);
});
