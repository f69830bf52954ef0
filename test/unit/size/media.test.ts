import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { Artifact, Blob, InputRef, PackagePin } from '../../../pipeline/core/step.ts';
import { Graph } from '../../../pipeline/graph/graph.ts';
import { apportion } from '../../../pipeline/size/apportion.ts';
import { type Built, THIS_PROJECT } from '../../../pipeline/size/inside.ts';
import { REST, type SizedMedium, sizedMedium } from '../../../pipeline/size/media.ts';
import { sizePage } from '../../../pipeline/size/page.ts';
import { shownParts } from '../../../pipeline/size/shown.ts';
import { largestPackages, sizeSummary } from '../../../pipeline/size/summary.ts';
import { squarified } from '../../../pipeline/size/treemap.ts';
import { layer } from '../../../pipeline/steps/layer/step.ts';
import { nodesOf } from '../../../pipeline/trees/tar-in.ts';
import { writeTar } from '../../../pipeline/trees/tar-out.ts';
import { EPOCH, file, folder, hardLink, type Member, scratch, source, symlink, tarOf } from '../trees/sample.ts';

const pin = (name: string): PackagePin => ({ from: 'debian', name, version: '1.0', arch: 'amd64', archive: 'debian', path: `pool/${name}.deb`, size: 1, digest: digestOf(name) });

/** A tar in a scratch file, in place of a blob. */
function tar(members: readonly Member[]): string {
  const place = scratch();
  writeTar(place, nodesOf(source(tarOf(members)), 'it'), EPOCH);
  return place;
}

/** A layer of two packages and an overlay whose tree is of a third, in a squashfs of 1001 bytes, on a medium of `size` bytes. */
function medium(size: number): { readonly sized: Promise<SizedMedium>; readonly graph: Graph } {
  const graph = new Graph();
  const unpacked = (name: string) =>
    graph.add({
      kind: 'unpack-deb',
      title: `unpack ${name}`,
      action: { type: 'builtin', writer: 'unpack-deb', options: {} },
      inputs: { package: pin(name) },
      outputs: { data: 'tar', control: 'json' },
    });
  const [a, b, kernel] = [unpacked('a'), unpacked('b'), unpacked('kernel')];
  const made = layer(graph, {
    title: 'layer',
    inputs: { package: { a: a.data, b: b.data }, control: { a: a.control, b: b.control }, overlay: { modules: kernel.data, own: { from: 'repository', path: 'overlays/own' } } },
    options: { packages: ['a', 'b'], overlays: [{ name: 'modules' }, { name: 'own' }] },
  });
  const builtin = { type: 'builtin', writer: 'x', options: {} } as const;
  const { squashfs } = graph.add({ kind: 'squashfs', title: 'squashfs', action: builtin, inputs: { tar: made.tar }, outputs: { squashfs: 'squashfs' } });
  const { iso } = graph.add({ kind: 'iso', title: 'it.iso', action: builtin, inputs: { medium: squashfs }, outputs: { iso: 'iso' } });
  const note: InputRef = { from: 'repository', path: 'overlays/note' };
  const owners = { 'usr/a': 'package a', 'usr/b': 'package b', 'usr/b2': 'package b', 'lib/m.ko': 'overlay modules', 'etc/own': 'overlay own', 'etc/made': 'files' };
  const contents = { packages: ['a', 'b'].map((name) => ({ name, version: '1.0' })), entries: Object.entries(owners).map(([path, owner]) => ({ path, owner })) };
  const place = tar([
    folder('usr'),
    file('usr/a', 'x'.repeat(500)),
    file('usr/b', 'x'.repeat(200)),
    hardLink('usr/b2', 'usr/b'),
    symlink('usr/l', 'a'),
    file('usr/empty', ''),
    folder('lib'),
    file('lib/m.ko', 'x'.repeat(200)),
    folder('etc'),
    file('etc/own', 'x'.repeat(60)),
    file('etc/made', 'x'.repeat(40)),
  ]);
  const sizes = new Map<string, number>([
    [`${squashfs.step}/squashfs`, 1001],
    [`${iso.step}/iso`, size],
    [`${made.tar.step}/tar`, readFileSync(place).length],
    [`${made.tar.step}/contents`, 1],
  ]);
  const built: Built = {
    graph,
    blobOf: async (ref): Promise<Blob | undefined> => {
      const bytes = ref.from === 'step' ? sizes.get(`${ref.step}/${ref.output}`) : 7;
      return bytes === undefined ? undefined : { digest: digestOf('x'), size: bytes };
    },
    pathOf: () => place,
    readText: async () => JSON.stringify(contents),
  };
  const about = { kind: 'iso', contents: { 'a.squashfs': squashfs, note }, parts: [iso as Artifact] } as const;
  return { sized: sizedMedium('it.iso', { artifact: iso, medium: about }, built), graph };
}

test('a medium is its components and what no file takes; a layer is its packages, these their files, hard links once', async () => {
  const sized = await medium(1100).sized;
  assert.deepEqual(
    sized.components.map(({ name, bytes, unpacked }) => [name, bytes, unpacked]),
    [
      ['a.squashfs', 1001, 1000],
      [REST, 92, 92],
      ['note', 7, 7],
    ],
  );
  const [squashfs] = sized.components;
  assert.deepEqual(
    squashfs?.packages.map(({ name, unpacked, files }) => [name, unpacked, files.map((each) => each.name)]),
    [
      ['a 1.0', 500, ['usr/a']],
      ['b 1.0', 200, ['usr/b']],
      ['kernel 1.0', 200, ['lib/m.ko']],
      [THIS_PROJECT, 100, ['etc/own', 'etc/made']],
    ],
  );
});

test('the parts of a medium have its bytes together, on every level, also where it is compressed as a whole', async () => {
  const sum = (parts: readonly { readonly bytes: number }[]) => parts.reduce((all, { bytes }) => all + bytes, 0);
  for (const size of [1100, 1008, 333, 1]) {
    const sized = await medium(size).sized;
    assert.equal(sized.bytes, size);
    assert.equal(sum(sized.components), size, `components of ${size}`);
    for (const component of sized.components.filter(({ packages }) => packages.length > 0)) {
      assert.equal(sum(component.packages), component.bytes);
      for (const each of component.packages) assert.equal(sum(each.files), each.bytes);
    }
    assert.equal(sum(shownParts(sized)), size, 'what is shown is all of it');
  }
});

test('bytes are apportioned as whole numbers whose sum is right', () => {
  assert.deepEqual(apportion(10, [1, 1, 1]), [3, 4, 3]);
  assert.deepEqual(apportion(100, [3, 1, 0]), [75, 25, 0]);
  assert.deepEqual(apportion(5, [0, 0]), [0, 0]);
});

test('the rectangles of a treemap have areas by their weights, lie in the place and cover each other nowhere', () => {
  const place = { x: 10, y: 20, width: 600, height: 400 };
  const weights = [60, 60, 40, 30, 20, 10, 10, 5, 5, 0];
  const made = squarified(weights, place);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  made.forEach(({ x, y, width, height }, index) => {
    assert.ok(Math.abs(width * height - ((weights[index] ?? 0) * 240_000) / all) < 1e-6, `area of ${index}`);
    assert.ok(x >= 10 - 1e-9 && y >= 20 - 1e-9 && x + width <= 610 + 1e-9 && y + height <= 420 + 1e-9, `place of ${index}`);
    for (const other of made.slice(index + 1)) {
      const [across, down] = [Math.min(x + width, other.x + other.width) - Math.max(x, other.x), Math.min(y + height, other.y + other.height) - Math.max(y, other.y)];
      assert.ok(across < 1e-9 || down < 1e-9, `${index} covers another`);
    }
    if (index < 9) assert.ok(Math.max(width / height, height / width) < 4, `${index} is no strip`);
  });
  assert.deepEqual(squarified([], place), []);
  assert.deepEqual(
    squarified([0], place).map(({ width }) => width),
    [0],
  );
});

test('the page needs nothing else, shows names as text, and has each figure of its picture in a table', async () => {
  const sized = await medium(1100).sized;
  const page = sizePage({ target: 'amd64', version: 'v1', media: [{ ...sized, name: '<b>&".iso' }] });
  assert.doesNotMatch(page, /<b>|<script|<link|<img|@import|url\(/);
  assert.deepEqual(page.match(/https?:[^"]*/g), ['http://www.w3.org/2000/svg'], 'the name of the namespace is no request');
  assert.match(page, /prefers-color-scheme: dark/);
  assert.match(page, /<svg [^>]*role="img" aria-label="Treemap of &lt;b&gt;&amp;&quot;\.iso, 1\.1 kB/);
  for (const [name, bytes] of [
    ['a.squashfs', '1.0 kB'],
    ['usr/a', '501 B'],
    ['a 1.0', '501 B'],
    [REST, '92 B'],
  ])
    assert.ok(page.includes(`<th scope="row">${name}</th><td>${bytes}</td>`), `${name} stands in a table with ${bytes}`);
  assert.match(page, /<title>a\.squashfs · a 1\.0 · usr\/a: 501 B, unpacked 500 B<\/title>/);
});

test('what is too small to be seen is one part with a count, in the picture and in the table', () => {
  const files = [9990, ...Array.from({ length: 10 }, () => 1)].map((bytes, index) => ({ name: `f${index}`, bytes, unpacked: bytes }));
  const component = { name: 'layer', bytes: 10_000, unpacked: 10_000, packages: [{ name: 'p 1', bytes: 10_000, unpacked: 10_000, files }] };
  const [shown] = shownParts({ name: 'm', kind: 'iso', bytes: 10_000, unpacked: 10_000, components: [component] });
  assert.deepEqual(
    shown?.parts[0]?.parts.map(({ name, bytes }) => [name, bytes]),
    [
      ['f0', 9990],
      ['10 smaller files', 10],
    ],
  );
});

test('the summary names components and the largest packages, each once however many components hold it', async () => {
  const sized = await medium(1100).sized;
  const [component] = sized.components;
  assert.ok(component);
  assert.deepEqual(largestPackages({ components: [component, component] })[0], { name: 'a 1.0', bytes: 1002, unpacked: 1000 });
  const text = sizeSummary([sized]);
  assert.match(text, /^it\.iso +1\.1 kB {2}unpacked 1\.1 kB\n {2}a\.squashfs +1\.0 kB/);
  assert.match(text, / {2}largest packages\n {4}a 1\.0 +501 B {2}unpacked 500 B\n/);
});
