import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import type { Json } from '../../pipeline/core/json.ts';
import { BOOT_LABEL, layOut, parseDiskPlan } from '../../pipeline/formats/disk-layout.ts';
import { FileSource } from '../../pipeline/io/file-source.ts';
import { validateGpt } from '../../pipeline/verify/gpt.ts';
import { validateGrubBios } from '../../pipeline/verify/grub-bios.ts';
import { copySparse } from '../rig/copy-sparse.ts';
import { projectFolder } from '../rig/project.ts';
import { oracle, oracleOutput, toolRoot } from '../rig/tools.ts';
import { scratch } from '../unit/trees/sample.ts';
import { buildDisk, cloudDiskBothWays, fileFromPackage } from './disk-build.ts';

const MIB = 1 << 20;
const disk = await buildDisk('amd64');
const plan = parseDiskPlan(JSON.parse(readFileSync(disk.plan, 'utf8')) as Json, 'the plan');
const raw = new FileSource(disk.raw);
const layout = layOut(plan, raw.size);
const { ids } = plan;

test('our own validators have nothing to say of the composed disk', () => {
  assert.deepEqual(validateGpt(raw), []);
  assert.deepEqual(layout.bios && validateGrubBios(raw, layout.bios), []);
});

test('sgdisk finds no problem in the table', async () => {
  assert.match(await oracleOutput(['sgdisk', '-v', disk.raw]), /No problems found/);
});

test('sfdisk verifies the table and reads types, places, names and GUIDs as planned', async () => {
  assert.match(await oracleOutput(['sfdisk', '--verify', disk.raw]), /No errors detected\.\nHeader version: 1\.0\nUsing 3 out of 128 partitions/);
  const dump = await oracleOutput(['sfdisk', '-d', disk.raw]);
  const { bios, boot, state } = layout;
  const rows = dump
    .split('\n')
    .filter((line) => line.includes('start='))
    .map((line) => line.slice(line.indexOf('start=')).replace(/ +/g, ' '));
  const size = (place: { readonly firstLba: number; readonly lastLba: number } | undefined) => (place ? place.lastLba - place.firstLba + 1 : 0);
  assert.match(dump, new RegExp(`^label-id: ${ids.disk}$`, 'im'));
  assert.deepEqual(
    rows.map((row) => row.toLowerCase()),
    [
      `start= 2048, size= 2048, type=21686148-6449-6e6f-744e-656564454649, uuid=${ids.bios}, name="bios boot"`,
      `start= 4096, size= ${size(boot)}, type=c12a7328-f81f-11d2-ba4b-00a0c93ec93b, uuid=${ids.boot}, name="rancher_boot"`,
      `start= ${state.firstLba}, size= ${size(state)}, type=0fc63daf-8483-4772-8e79-3d69d8477de4, uuid=${ids.state}, name="rancher_state"`,
    ],
  );
  assert.equal(size(bios), 2048);
});

test('fsck.vfat finds the boot file system whole, and mtools finds its label, serial and files', async () => {
  assert.match(await oracleOutput(['fsck.vfat', '-n', disk.boot]), /: \d+ files, \d+\/\d{6} clusters\n$/);
  // Through the disk, so that the place in it is right too.
  const image = `${disk.raw}@@${layout.boot.firstLba * 512}`;
  const info = await oracleOutput(['minfo', '-i', image, '::']);
  assert.match(info, new RegExp(`disk label="${BOOT_LABEL}"\\s+disk type="FAT32 +"`));
  assert.match(info, new RegExp(`hidden sectors: ${layout.boot.firstLba}\\n`));
  assert.match(info, new RegExp(`serial number: ${ids.bootSerial}`, 'i'));
  const files = (await oracleOutput(['mdir', '-/', '-b', '-i', image, '::'])).trim().split('\n');
  for (const path of [
    'EFI/BOOT/BOOTX64.EFI',
    'EFI/BOOT/grubx64.efi',
    'EFI/debian/grub.cfg',
    'EFI/debian/grubenv',
    'a/boot/vmlinuz',
    'a/boot/initrd',
    'a/rancheros/layers',
    'a/rancheros/base.squashfs',
    'a/slot.cfg',
  ])
    assert.ok(files.includes(`::/${path}`), `${path}\nis not in\n${files.join('\n')}`);
});

test('nothing on the boot partition is read-only or of another time than the rest', async () => {
  const listing = await oracleOutput(['mdir', '-/', '-i', disk.boot, '::']);
  const times = new Set(listing.match(/\d{4}-\d\d-\d\d +\d+:\d\d/g));
  assert.deepEqual([...times], ['2024-01-01   0:00']);
  const attributes = (await oracleOutput(['mattrib', '-/', '-i', disk.boot, '::'])).split('\n').map((line) => line.slice(0, 11));
  assert.ok(attributes.every((flags) => !flags.includes('R')));
});

test('e2fsck finds the state file system whole; its identities are the planned ones and it can grow to 2 TiB', async () => {
  assert.match(await oracleOutput(['e2fsck', '-fn', disk.state]), /RANCHER_STATE: \d+\/\d+ files/);
  const head = await oracleOutput(['dumpe2fs', '-h', disk.state]);
  assert.match(head, /^Filesystem volume name: +RANCHER_STATE$/m);
  assert.match(head, new RegExp(`^Filesystem UUID: +${ids.stateFileSystem}$`, 'm'));
  assert.match(head, new RegExp(`^Directory Hash Seed: +${ids.stateHashSeed}$`, 'm'));
  assert.match(head, /^Filesystem created: +Mon Jan {2}1 00:00:00 2024$/m);
  assert.match(head, /^Reserved GDT blocks: +255$/m);
  assert.match(await oracleOutput(['debugfs', '-R', 'stat /var/lib/rancher/conf', disk.state]), /Type: directory +Mode: +0700/);
});

test('resize2fs grows the state file system as the first boot will', async () => {
  const copy = scratch();
  copySparse(disk.state, copy);
  const file = openSync(copy, 'r+');
  ftruncateSync(file, 8 * 1024 * MIB);
  closeSync(file);
  assert.match((await oracle(['resize2fs', copy])).stdout.toString() + (await oracleOutput(['dumpe2fs', '-h', copy])), /^Block count: +2097152$/m);
  await oracleOutput(['e2fsck', '-fn', copy]);
});

test('both file systems lie on the disk byte for byte', () => {
  assert.ok(sameBytes(disk.raw, layout.boot.firstLba * 512, disk.boot));
  assert.ok(sameBytes(disk.raw, layout.state.firstLba * 512, disk.state));
});

test('the disk of a cloud is the one that mtools would have filled for it, though its boot file system is that of amd64', async () => {
  const { shared, qcow2, raw: file } = await cloudDiskBothWays({ name: 'some-cloud', append: 'rancher.cloud_init.datasources=[ec2]' });
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  assert.equal(shared, hash.digest('hex'));
  assert.match(await oracleOutput(['qemu-img', 'compare', '-f', 'qcow2', '-F', 'raw', qcow2, file]), /identical/);
});

test('grub-bios-setup writes the same boot code', async (context) => {
  const root = await toolRoot('tools');
  const files = { 'boot.img': disk.bootImage, 'core.img': disk.coreImage, setup: await fileFromPackage('grub-pc-bin', 'usr/lib/grub/i386-pc/grub-bios-setup'), 'disk.img': withoutBootCode() };
  // It guesses on which disk its own files lie: it is shown a mount table that names a file, which the device map knows.
  const small = { mountinfo: Buffer.from('36 35 8:1 / / rw - ext4 /dev/root-disk rw\n'), map: Buffer.from('(hd0) /work/disk.img\n(hd1) /dev/root-disk\n'), 'root.img': Buffer.alloc(MIB) };
  const argv = [
    ['--ro-bind', `${root}/usr`, '/usr', '--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64', '--bind', '.', '/work'],
    ['--dir', '/dev', '--bind', 'root.img', '/dev/root-disk', '--dir', '/proc/self', '--ro-bind', 'mountinfo', '/proc/self/mountinfo', '--unshare-user'],
    ['sh', '-c', 'cat /work/setup >/tmp-setup; chmod 755 /tmp-setup; /tmp-setup --no-rs-codes --skip-fs-probe -d /work -m /work/map "(hd0)" >&2 && head -c 2097152 /work/disk.img'],
  ].flat();
  const { stdout, stderr, exitCode } = await oracle(['bwrap', ...argv], { files: { ...files, ...small } });
  if (/bwrap: .*(permission|not permitted|namespace)/i.test(stderr)) return context.skip(`no namespaces here: ${stderr.trim()}`);
  assert.equal(exitCode, 0, stderr);
  assert.ok(Buffer.from(raw.read(0, 2 * MIB)).equals(stdout), 'the first 2 MiB differ');
});

test('GRUB reads the menu without a syntax error', async () => {
  await oracleOutput(['grub-script-check', `${projectFolder}/overlays/disk/grub.cfg`]);
});

test('another size changes the table and the place of its copy only; another version changes every identity', async () => {
  const larger = await buildDisk('amd64', { sizeMiB: 2048 });
  assert.deepEqual([larger.plan, larger.boot, larger.state], [disk.plan, disk.boot, disk.state]);
  assert.match(await oracleOutput(['sgdisk', '-v', larger.raw]), /No problems found/);
  const next = await buildDisk('amd64', { version: 'v0.0.1-test' });
  const nextIds = parseDiskPlan(JSON.parse(readFileSync(next.plan, 'utf8')) as Json, 'the plan').ids;
  assert.equal(new Set([...Object.values(ids), ...Object.values(nextIds)]).size, 2 * Object.values(ids).length);
});

/** The front of the disk before anybody wrote boot code to it. */
function withoutBootCode(): string {
  const place = scratch();
  const file = openSync(place, 'wx');
  ftruncateSync(file, raw.size);
  const head = raw.read(0, 34 * 512).slice();
  head.fill(0, 0, 0x1b8);
  writeSync(file, head, 0, head.length, 0);
  const tail = raw.read(raw.size - 33 * 512, 33 * 512);
  writeSync(file, tail, 0, tail.length, raw.size - tail.length);
  closeSync(file);
  return place;
}

function sameBytes(whole: string, offset: number, part: string): boolean {
  const files = [openSync(whole, 'r'), openSync(part, 'r')] as const;
  const [one, other] = [Buffer.alloc(MIB), Buffer.alloc(MIB)];
  try {
    for (let position = 0; ; position += MIB) {
      const length = readSync(files[1], other, 0, MIB, position);
      if (length === 0) return true;
      readSync(files[0], one, 0, length, offset + position);
      if (!one.subarray(0, length).equals(other.subarray(0, length))) return false;
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}
