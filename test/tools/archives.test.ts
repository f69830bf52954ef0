import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { write as cpio } from '../../pipeline/steps/cpio/write.ts';
import { write as layer } from '../../pipeline/steps/layer/write.ts';
import { write as unpackDeb } from '../../pipeline/steps/unpack-deb/write.ts';
import { oracle, oracleOutput } from '../rig/tools.ts';
import { arOf, device, EPOCH, file, folder, hardLink, type Member, membersOf, runWriter, scratch, symlink, tarOf } from '../unit/trees/sample.ts';

const DEEP = `${'folder/'.repeat(20)}file`;
const MEMBERS: readonly Member[] = [
  folder('usr/bin'),
  file('usr/bin/sudo', 'root', { mode: 0o4755 }),
  file('usr/bin/wall', 'tty', { mode: 0o2755, gid: 5 }),
  hardLink('usr/bin/sudoedit', 'usr/bin/sudo'),
  folder('tmp', { mode: 0o1777 }),
  symlink('etc/long', `/${'target/'.repeat(20)}end`),
  file(DEEP, 'deep'),
  file('etc/Főtanúsítvány', 'ü'),
  file('etc/none', '', { mode: 0 }),
  file('etc/big-owner', 'x', { uid: 3_000_000, gid: 4_000_000_000 }),
  file('etc/old', 'x', { mtime: 0 }),
  file('usr/bin/ping', 'p', { mode: 0o755, xattrs: { 'security.capability': Uint8Array.from(Buffer.from('0100000200200080000000000000000000000000', 'hex')) } }),
];
const overlaid = (members: readonly Member[]) => runWriter(layer, { inputs: { 'package/p': tarOf(members), 'control/p': CONTROL }, outputs: ['tar', 'contents'], options: { packages: ['p'] } });
const CONTROL = Buffer.from(JSON.stringify({ package: 'p', version: '1', architecture: 'all', stanza: '', scripts: {}, conffiles: [] }));

test('GNU tar lists a layer with the modes, owners, times, names and links that it was given', async () => {
  const { tar = Buffer.alloc(0) } = await overlaid(MEMBERS);
  const listing = await oracleOutput(['tar', '--numeric-owner', '--full-time', '--quoting-style=literal', '-tvf', 'layer.tar'], { files: { 'layer.tar': tar } });
  const lines = listing
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' '));
  const epoch = '2024-01-01 00:00:00';
  for (const expected of [
    `drwxr-xr-x 0/0 0 ${epoch} ./`,
    `-rwsr-xr-x 0/0 4 ${epoch} usr/bin/sudo`,
    `hrwsr-xr-x 0/0 0 ${epoch} usr/bin/sudoedit link to usr/bin/sudo`,
    `-rwxr-sr-x 0/5 3 ${epoch} usr/bin/wall`,
    `drwxrwxrwt 0/0 0 ${epoch} tmp/`,
    `lrwxrwxrwx 0/0 0 ${epoch} etc/long -> /${'target/'.repeat(20)}end`,
    `-rw-r--r-- 0/0 4 ${epoch} ${DEEP}`,
    `-rw-r--r-- 0/0 2 ${epoch} etc/Főtanúsítvány`,
    `---------- 0/0 0 ${epoch} etc/none`,
    `-rw-r--r-- 3000000/4000000000 1 ${epoch} etc/big-owner`,
    '-rw-r--r-- 0/0 1 1970-01-01 00:00:00 etc/old',
  ]) {
    assert.ok(lines.includes(expected), `${expected}\nis not in\n${listing}`);
  }
});

const LONG_NAME = `${'long-'.repeat(40)}name`;
for (const format of ['gnu', 'oldgnu', 'posix']) {
  test(`what GNU tar packs as ${format} is read: long names, large owners, its own padding`, async () => {
    const argv = ['tar', `--format=${format}`, '--owner=someone:3000000', '--group=some:70000', '--mode=4711', `--mtime=@${EPOCH}`, '-cf', '-', LONG_NAME, 'short'] as const;
    const { stdout, stderr } = await oracle(argv, { files: { [LONG_NAME]: Buffer.alloc(700, 1), short: Buffer.alloc(0) } });
    const entries = [...membersOf(stdout).values()].map(({ path, size, mode, uid, gid, mtime }) => [path, size, mode, uid, gid, mtime]);
    assert.deepEqual(
      entries,
      [
        [LONG_NAME, 700, 0o4711, 3_000_000, 70_000, EPOCH],
        ['short', 0, 0o4711, 3_000_000, 70_000, EPOCH],
      ],
      stderr,
    );
  });
}

test('GNU cpio lists an archive for the kernel with the modes, owners and links that it was given', async () => {
  const members = [...MEMBERS.filter(({ entry }) => entry.xattrs === undefined), device('dev/console')];
  const made = await runWriter(cpio, { inputs: { 'tree/tree': tarOf(members) }, outputs: ['cpio'], options: { trees: ['tree'], modes: {}, links: [] } });
  const listing = await oracleOutput(['cpio', '-itv', '--numeric-uid-gid', '--quiet'], { stdin: made['cpio'] ?? Buffer.alloc(0) });
  const lines = listing
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' '));
  for (const expected of [
    'drwxr-xr-x 2 0 0 0 Jan 1 2024 .',
    // The last name of a file carries its bytes.
    '-rwsr-xr-x 2 0 0 0 Jan 1 2024 usr/bin/sudo',
    '-rwsr-xr-x 2 0 0 4 Jan 1 2024 usr/bin/sudoedit',
    'crw------- 1 0 0 5, 1 Jan 1 2024 dev/console',
    `lrwxrwxrwx 1 0 0 ${'/target'.repeat(20).length + '/end'.length} Jan 1 2024 etc/long -> /${'target/'.repeat(20)}end`,
    '-rw-r--r-- 1 3000000 4000000000 1 Jan 1 2024 etc/big-owner',
  ]) {
    assert.ok(lines.includes(expected), `${expected}\nis not in\n${listing}`);
  }
});

test('a squashfs of a layer keeps modes, owners, hard links and file capabilities', async () => {
  const { tar = Buffer.alloc(0) } = await overlaid(MEMBERS);
  const image = scratch();
  await oracleOutput(['sqfstar', '-quiet', '-no-progress', '-root-mode', '0755', '-root-uid', '0', '-root-gid', '0', image], { stdin: tar });
  const listing = await oracleOutput(['unsquashfs', '-lln', '-d', '', image]);
  const lines = listing
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').replace(/ \d{4}-\d\d-\d\d \d\d:\d\d /, ' '));
  for (const expected of [
    '-rwsr-xr-x 0/0 4 /usr/bin/sudo',
    '-rwxr-sr-x 0/5 3 /usr/bin/wall',
    'drwxrwxrwt 0/0 3 /tmp',
    '-rw-r--r-- 3000000/4000000000 1 /etc/big-owner',
    '-rw-r--r-- 0/0 2 /etc/Főtanúsítvány',
  ]) {
    assert.ok(lines.includes(expected), `${expected}\nis not in\n${listing}`);
  }
  const pseudo = scratch();
  await oracleOutput(['unsquashfs', '-pf', pseudo, image]);
  const definitions = readFileSync(pseudo).toString('latin1');
  assert.ok(definitions.includes(`usr/bin/ping x security.capability=0t\\001\\000\\000\\002\\000 \\000\\200${'\\000'.repeat(12)}\n`), definitions);
  assert.match(definitions, /usr\/bin\/sudoedit L usr\/bin\/sudo/);
});

for (const argv of [
  ['xz', '-6'],
  ['xz', '-9e', '--check=crc32'],
  ['xz', '--block-size=1024', '-T2'],
] as const) {
  test(`a package packed by ${argv.join(' ')} unpacks to the same bytes as a plain one`, async () => {
    const data = tarOf(MEMBERS.slice(0, 9));
    const control = { name: 'control.tar', bytes: tarOf([file('control', 'Package: p\nVersion: 1\nArchitecture: all\n')]) };
    const version = { name: 'debian-binary', bytes: Buffer.from('2.0\n') };
    const { stdout } = await oracle([...argv, '-c'], { stdin: data });
    const unpack = async (member: { readonly name: string; readonly bytes: Uint8Array }) =>
      (await runWriter(unpackDeb, { inputs: { package: arOf([version, control, member]) }, outputs: ['data', 'control'], options: {}, epoch: EPOCH }))['data'];
    assert.ok((await unpack({ name: 'data.tar.xz', bytes: stdout }))?.equals((await unpack({ name: 'data.tar', bytes: data })) ?? Buffer.alloc(0)));
  });
}
