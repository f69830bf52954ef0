import assert from 'node:assert/strict';
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import { ToolRoots } from '../../../pipeline/exec/roots.ts';
import { file, folder as folderMember, hardLink, symlink as linkMember, tarOf } from '../trees/sample.ts';

let folder: string;
let image: { readonly digest: ReturnType<typeof digestOf>; readonly tar: string };
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'roots-'));
  image = { digest: digestOf('image'), tar: path.join(folder, 'image.tar') };
  const members = [
    folderMember('usr'),
    folderMember('usr/bin'),
    file('usr/bin/tool', 'tool', { mode: 0o755 }),
    hardLink('usr/bin/other', 'usr/bin/tool'),
    linkMember('bin', 'usr/bin'),
    linkMember('usr/share', 'bin'),
  ];
  await writeFile(image.tar, tarOf(members));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const rootOf = (isParanoid: boolean) => new ToolRoots(path.join(folder, 'roots'), undefined, isParanoid).rootOf(image);

const CHANGES: readonly (readonly [string, (root: string) => Promise<unknown>])[] = [
  ['a program that was replaced', (root) => rm(path.join(root, 'usr/bin/tool')).then(() => writeFile(path.join(root, 'usr/bin/tool'), 'evil', { mode: 0o755 }))],
  ['a program to which something was added', (root) => chmod(path.join(root, 'usr/bin/tool'), 0o755).then(() => appendFile(path.join(root, 'usr/bin/tool'), '!'))],
  ['a program that is gone', (root) => rm(path.join(root, 'usr/bin/other'))],
  ['a link that leads elsewhere', (root) => rm(path.join(root, 'bin')).then(() => symlink('/bin', path.join(root, 'bin')))],
  ['a file that nobody unpacked', (root) => mkdir(path.join(root, 'etc')).then(() => writeFile(path.join(root, 'etc/ld.so.preload'), 'evil'))],
];
for (const [sentence, change] of CHANGES) {
  test(`with --paranoid ${sentence} in an unpacked tool image is noticed, and it is unpacked anew`, async () => {
    const root = await rootOf(false);
    await change(root);
    assert.equal(await rootOf(true), root);
    assert.deepEqual([await readFile(path.join(root, 'bin/tool'), 'utf8'), await readFile(path.join(root, 'usr/bin/other'), 'utf8')], ['tool', 'tool']);
    assert.deepEqual((await readdir(root)).sort(), ['bin', 'dev', 'in', 'out', 'proc', 'sys', 'tmp', 'usr', 'work']);
    assert.deepEqual(await readdir(path.join(folder, 'roots')), [path.basename(root)], 'nothing else is left');
  });
}

test('what is as it was unpacked stays where it is', async () => {
  const { ino } = await stat(await rootOf(false));
  assert.equal((await stat(await rootOf(true))).ino, ino);
});
