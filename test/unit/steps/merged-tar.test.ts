import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { indexTar } from '../../../pipeline/formats/tar-index.ts';
import { write } from '../../../pipeline/steps/merged-tar/write.ts';
import { splicedBytes } from '../../rig/spliced.ts';
import { file, folder, hardLink, type Member, runWriter, symlink, tarOf, textIn } from '../trees/sample.ts';

/** The parts of each layer, lowest first, and the archive that they are together. */
async function merged(layers: { readonly [name: string]: readonly Member[] }): Promise<{ readonly parts: readonly Buffer[]; readonly tar: Buffer }> {
  const names = Object.keys(layers);
  const tars = Object.fromEntries(names.map((name) => [name, tarOf(layers[name] ?? [])]));
  const inputs = Object.fromEntries(names.map((name) => [`layer/${name}`, tars[name] ?? Buffer.alloc(0)]));
  const made = await runWriter(write, { inputs, outputs: names.map((name) => `pieces-${name}` as const), options: { layers: names } });
  const parts: Buffer[] = [];
  for (const name of names) parts.push(Buffer.from(await splicedBytes(made[`pieces-${name}`] ?? Buffer.alloc(0), { [name]: tars[name] ?? Buffer.alloc(0) })));
  return { parts, tar: Buffer.concat(parts) };
}

const pathsIn = (tar: Buffer): readonly string[] => indexTar(inMemory(tar), 'the archive').map(({ path }) => path);

test('a path that several layers have is in the archive once, as the highest has it', async () => {
  const { tar } = await merged({
    base: [folder(''), folder('etc'), file('etc/issue', 'low'), file('etc/kept', 'kept'), symlink('etc/mtab', 'low')],
    engine: [folder(''), folder('etc'), folder('usr'), file('etc/issue', 'middle')],
    config: [folder(''), folder('etc'), folder('usr'), file('etc/issue', 'high'), symlink('etc/mtab', '../proc/mounts'), file('usr/new', 'new')],
  });
  const paths = pathsIn(tar);
  assert.deepEqual([...paths].sort(), ['', 'etc', 'etc/issue', 'etc/kept', 'etc/mtab', 'usr', 'usr/new']);
  assert.deepEqual([textIn(tar, 'etc/issue'), textIn(tar, 'etc/kept'), textIn(tar, 'usr/new')], ['high', 'kept', 'new']);
  assert.equal(indexTar(inMemory(tar), 'it').find(({ path }) => path === 'etc/mtab')?.target, '../proc/mounts');
  // Whoever unpacks it finds each folder before what lies in it.
  for (const path of paths) for (const above of path.split('/').slice(0, -1)) assert.ok(paths.indexOf(above) < paths.indexOf(path), path);
});

test('a folder has the mode and owner of the highest layer, in the place of the lowest', async () => {
  const { tar } = await merged({ base: [folder('root', { mode: 0o755 }), file('root/a', 'a')], config: [folder('root', { mode: 0o700, gid: 7 }), file('root/b', 'b')] });
  const [first] = indexTar(inMemory(tar), 'it');
  assert.deepEqual([first?.path, first?.mode, first?.gid], ['root', 0o700, 7]);
});

test('another name of a file whose first name is covered keeps its bytes', async () => {
  const { tar } = await merged({ base: [file('a', 'shared'), hardLink('b', 'a')], config: [file('a', 'mine')] });
  assert.deepEqual([textIn(tar, 'a'), textIn(tar, 'b')], ['mine', 'shared']);
});

test('what a layer brings stays the same when a higher one changes and covers nothing new', async () => {
  const base = [folder('etc'), file('etc/issue', 'low'), file('etc/kept', 'kept')];
  const one = await merged({ base, config: [file('etc/issue', 'one')] });
  const other = await merged({ base, config: [file('etc/issue', 'other'), file('etc/more', 'x')] });
  assert.ok(one.parts[0]?.equals(other.parts[0] ?? Buffer.alloc(0)));
  assert.ok(!one.tar.equals(other.tar));
});

test('what a higher layer has in the place of a folder covers all that lower ones have in it', async () => {
  const { tar } = await merged({
    base: [folder('var'), folder('var/lock'), file('var/lock/subsys', 'x'), file('var/lock2', 'y')],
    engine: [folder('var'), folder('var/lock'), file('var/lock/other', 'z')],
    config: [folder('var'), symlink('var/lock', '../run/lock')],
  });
  assert.deepEqual(pathsIn(tar), ['var', 'var/lock2', 'var/lock']);
});

test('a folder in the place of a link stands with the layer that brings it, and what lies in it follows', async () => {
  const { tar } = await merged({ base: [symlink('srv', 'data'), file('z', 'z')], config: [folder('srv'), file('srv/a', 'a')] });
  assert.deepEqual(pathsIn(tar), ['z', 'srv', 'srv/a']);
});
