import assert from 'node:assert/strict';
import { appendFile, chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { Report } from '../../../pipeline/core/ports.ts';
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

/** Notes of a run on the way to the image's folder, which is looked at as a new process would. */
async function rootOf(isParanoid: boolean): Promise<{ readonly root: string; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const report: Report = (event) => void (event.type === 'note' && notes.push(event.message));
  const root = await new ToolRoots(path.join(folder, 'roots'), { isParanoid, report }).rootOf(image);
  return { root, notes };
}

const recordOf = (root: string) => `${root}.json`;
const TOOL = 'usr/bin/tool';

/** Other bytes of the same length, with the old times. */
async function replaceSecretly(root: string): Promise<void> {
  const file = path.join(root, TOOL);
  const { atime, mtime } = await stat(file);
  await chmod(file, 0o755);
  await writeFile(file, 'evil');
  await utimes(file, atime, mtime);
}

/** The same, with a record that was changed to fit. */
async function forgeRecord(root: string): Promise<void> {
  await replaceSecretly(root);
  const { ino, mode, mtimeNs, ctimeNs } = await lstat(path.join(root, TOOL), { bigint: true });
  const record = JSON.parse(await readFile(recordOf(root), 'utf8')) as { members: { path: string; state: string }[] };
  for (const member of record.members) if (['tool', 'other'].includes(path.basename(member.path))) member.state = `file 4 ${mode.toString(8)} ${ino} ${mtimeNs} ${ctimeNs}`;
  await writeFile(recordOf(root), JSON.stringify(record));
}

const CHANGES: readonly (readonly [sentence: string, changed: RegExp, change: (root: string) => Promise<unknown>])[] = [
  ['a program that was replaced', /usr\/bin\/tool/, (root) => rm(path.join(root, TOOL)).then(() => writeFile(path.join(root, TOOL), 'evil', { mode: 0o755 }))],
  ['a program that was written over, with its size and times', /usr\/bin\/(tool|other)/, replaceSecretly],
  ['a program to which something was added', /usr\/bin\/(tool|other)/, (root) => chmod(path.join(root, TOOL), 0o755).then(() => appendFile(path.join(root, TOOL), '!'))],
  ['a program that is gone', /usr\/bin\/other/, (root) => rm(path.join(root, 'usr/bin/other'))],
  ['a program that became a link', /usr\/bin\/tool/, (root) => rm(path.join(root, TOOL)).then(() => symlink('/bin/sh', path.join(root, TOOL)))],
  ['a link that leads elsewhere', /bin/, (root) => rm(path.join(root, 'bin')).then(() => symlink('/bin', path.join(root, 'bin')))],
  ['a file that nobody unpacked', /etc/, (root) => mkdir(path.join(root, 'etc')).then(() => writeFile(path.join(root, 'etc/ld.so.preload'), 'evil'))],
  ['a file in a directory that is empty', /tmp\/evil/, (root) => writeFile(path.join(root, 'tmp/evil'), 'evil')],
  ['a program that was replaced where nothing was recorded', /usr\/bin\/(tool|other)/, (root) => replaceSecretly(root).then(() => rm(recordOf(root)))],
];
const WITHOUT_HASHES = CHANGES.map((row) => [false, ...row] as const);
const PARANOID = [...CHANGES, ['a program that was replaced with a record to fit', /usr\/bin\/tool/, forgeRecord] as const].map((row) => [true, ...row] as const);
for (const [isParanoid, sentence, changed, change] of [...WITHOUT_HASHES, ...PARANOID]) {
  test(`${isParanoid ? 'with --paranoid ' : ''}${sentence} in an unpacked tool image is noticed and said, and it is unpacked anew`, async () => {
    const { root } = await rootOf(false);
    await change(root);
    const again = await rootOf(isParanoid);
    assert.equal(again.root, root);
    assert.equal(again.notes.length, 1);
    assert.match(again.notes[0] ?? '', /^The unpacked tool image \S+ was changed \(\S+ is not as it was unpacked\), and has been unpacked anew before any of its tools ran\.$/);
    assert.match(again.notes[0] ?? '', changed);
    assert.deepEqual([await readFile(path.join(root, 'bin/tool'), 'utf8'), await readFile(path.join(root, 'usr/bin/other'), 'utf8')], ['tool', 'tool']);
    assert.deepEqual((await readdir(root)).sort(), ['bin', 'dev', 'in', 'out', 'proc', 'sys', 'tmp', 'usr', 'work']);
    assert.deepEqual((await readdir(path.join(folder, 'roots'))).sort(), [path.basename(root), path.basename(recordOf(root))], 'nothing else is left');
    assert.deepEqual((await rootOf(isParanoid)).notes, [], 'it is good again');
  });
}

const HARMLESS: readonly (readonly [sentence: string, change: (root: string) => Promise<unknown>])[] = [
  ['what is as it was unpacked', async () => undefined],
  [
    'what was moved to another disk, with other inodes and times,',
    async (root) => {
      const moved = `${root}.moved`;
      await rename(root, moved);
      await cp(moved, root, { recursive: true, verbatimSymlinks: true });
      await rm(moved, { recursive: true });
    },
  ],
  ['what an earlier version unpacked without a record', (root) => rm(recordOf(root))],
  ['what has a record that cannot be read', (root) => writeFile(recordOf(root), '{')],
];
for (const isParanoid of [false, true]) {
  for (const [sentence, change] of HARMLESS) {
    test(`${isParanoid ? 'with --paranoid ' : ''}${sentence} stays where it is`, async () => {
      const { root } = await rootOf(false);
      await change(root);
      const { ino } = await stat(root);
      assert.deepEqual((await rootOf(isParanoid)).notes, []);
      assert.equal((await stat(root)).ino, ino);
      assert.equal((JSON.parse(await readFile(recordOf(root), 'utf8')) as { readonly members: readonly unknown[] }).members.length, 6, 'it is recorded again');
    });
  }
}
