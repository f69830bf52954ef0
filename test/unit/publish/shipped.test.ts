import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import { type Manifest, manifestText, manifestTrouble, parseManifest, type ReleaseFile } from '../../../pipeline/publish/manifest.ts';
import { planRelease } from '../../../pipeline/publish/plan.ts';
import { packageKey, type Shipped, type ShippedPackage } from '../../../pipeline/publish/shipped.ts';

const shippedPackage = (name: string, version = '1'): ShippedPackage => ({
  name,
  version,
  arch: 'amd64',
  source: { name, version },
  builtUsing: ['golang=1'],
  archive: 'debian',
  path: `pool/${name}.deb`,
  digest: digestOf(name),
});

/** A component of each text with packages by name. */
function shipped(components: { readonly [text: string]: readonly string[] }): Shipped {
  const all = Object.values(components)
    .flat()
    .map((name) => shippedPackage(name));
  return {
    components: Object.fromEntries(Object.entries(components).map(([text, names]) => [digestOf(text), names.map((name) => packageKey(shippedPackage(name)))])),
    packages: Object.fromEntries(all.map((each) => [packageKey(each), each])),
  };
}

const file = (target: string, ...held: readonly string[]): ReleaseFile => {
  const files = Object.fromEntries(held.map((text) => [`${text}.squashfs`, { digest: digestOf(text), size: 1 }]));
  return { digest: digestOf(target), size: 1, target, kind: 'iso', arch: 'amd64', platform: 'generic', contents: { files } };
};

const contribution = (target: string, held: readonly string[], ships: Shipped, sources = 'sources') => ({
  ...{ version: 'v1.5.9-dev', sources: digestOf(sources), targets: [target], line: ['a', 'b'] },
  files: { [`${target}/iso`]: file(target, ...held) },
  shipped: ships,
});

const planned = (of: ReturnType<typeof contribution>, manifest?: Manifest) => parseManifest(planRelease(of, { manifest, latest: undefined, manifestPlace: 'x' }).manifest);

test('a manifest says which packages each component holds, and is read back as it was', () => {
  const ships = shipped({ base: ['bash', 'libc6'], engine: ['docker.io'] });
  const manifest = planned(contribution('a', ['base', 'engine'], ships));
  assert.deepEqual([manifest?.format, manifest?.components, manifest?.packages], [3, ships.components, ships.packages]);
  assert.deepEqual(Object.keys(ships.packages), ['bash:amd64=1', 'libc6:amd64=1', 'docker.io:amd64=1']);
});

test('targets that are built one after the other join their lists; what no file holds any more goes', () => {
  const first = planned(contribution('a', ['base', 'engine'], shipped({ base: ['bash'], engine: ['docker.io'] })));
  const both = planned(contribution('b', ['base', 'extra'], shipped({ base: ['bash'], extra: ['open-vm-tools'] })), first);
  assert.deepEqual(Object.keys(both?.packages ?? {}), ['bash:amd64=1', 'docker.io:amd64=1', 'open-vm-tools:amd64=1']);
  const again = planned(contribution('a', ['base'], shipped({ base: ['bash'], engine: ['docker.io'] })), both);
  assert.deepEqual(Object.keys(again?.packages ?? {}), ['bash:amd64=1', 'open-vm-tools:amd64=1']);
  const other = planned(contribution('a', ['base'], shipped({ base: ['dash'] }), 'other sources'), both);
  assert.deepEqual(Object.keys(other?.packages ?? {}), ['dash:amd64=1']);
});

test('a file that is others, one after another, is known by these', () => {
  const contents = { files: {}, parts: [{ digest: digestOf('base'), size: 1 }] };
  const rootfs: ReleaseFile = { ...file('a'), kind: 'rootfs', contents };
  const manifest = planned({ ...contribution('a', [], shipped({ base: ['bash'] })), files: { 'rootfs.tar.gz': rootfs } });
  assert.deepEqual(Object.keys(manifest?.packages ?? {}), ['bash:amd64=1']);
});

const WHOLE = planned(contribution('a', ['base'], shipped({ base: ['bash'] }))) as Manifest;
const { components: _components, packages: _packages, ...OLDER } = WHOLE;

test('a manifest of format 2 is read without packages', () => {
  const text = manifestText({ ...OLDER, format: 2 });
  assert.doesNotMatch(text, /components|packages/);
  assert.deepEqual([parseManifest(text)?.format, parseManifest(text)?.packages], [2, undefined]);
});

const TROUBLES: readonly { readonly sentence: string; readonly manifest: object; readonly says: RegExp }[] = [
  { sentence: 'no lists at all', manifest: { ...OLDER, format: 3 }, says: /^it lists no packages$/ },
  { sentence: 'a component with a package that it does not describe', manifest: { ...WHOLE, packages: {} }, says: /^it does not list the package "bash:amd64=1" of a component$/ },
  { sentence: 'a component that is no digest', manifest: { ...WHOLE, components: { base: [] } }, says: /^"base" names no component/ },
  { sentence: 'a package under another name', manifest: { ...WHOLE, packages: { 'sh:amd64=1': shippedPackage('bash') } }, says: /^what it says of the package "sh:amd64=1" is not whole$/ },
  { sentence: 'a package without its source', manifest: { ...WHOLE, packages: { 'bash:amd64=1': { ...shippedPackage('bash'), source: undefined } } }, says: /is not whole$/ },
  { sentence: 'a format of later', manifest: { ...WHOLE, format: 4 }, says: /^its format is 4, and only 1 to 3 are known here$/ },
];

for (const { sentence, manifest, says } of TROUBLES) test(`a manifest is refused with ${sentence}`, () => assert.match(manifestTrouble(JSON.stringify(manifest)) ?? '', says));
