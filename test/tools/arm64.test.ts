import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs';
import { copyFile, mkdir, truncate } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { CARD_ALIGNMENT } from '../../pipeline/formats/card-layout.ts';
import { isElf } from '../../pipeline/formats/elf.ts';
import { readMbr } from '../../pipeline/formats/mbr.ts';
import { sectorsToEnd } from '../../pipeline/formats/mbr-grow.ts';
import { MIB, SECTOR } from '../../pipeline/formats/sector.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { FileSource } from '../../pipeline/io/file-source.ts';
import { validateCard } from '../../pipeline/verify/card.ts';
import { unpack } from '../rig/card.ts';
import { releaseFiles } from '../rig/project.ts';
import { oracle, oracleOutput, toolRoot } from '../rig/tools.ts';

const files = releaseFiles('arm64');
const zip = path.join(files, 'rancheros-raspberry-pi64.zip');
const folder = await temporaryDirectory('test');
after(() => removeTemporaryDirectory(folder));
const card = path.join(folder, 'card.img');
await unpack(zip, card);
const source = new FileSource(card);
const [boot, state] = readMbr(source)?.partitions ?? [];
if (!boot || !state) throw new Error('the card has no two partitions');

/** A partition as a file of its own. */
async function partition(name: string, { firstLba, sectors }: { readonly firstLba: number; readonly sectors: number }): Promise<string> {
  const file = path.join(folder, name);
  await oracleOutput(['dd', `if=${card}`, `of=${file}`, 'bs=1M', `skip=${(firstLba * SECTOR) / MIB}`, `count=${(sectors * SECTOR) / MIB}`, 'conv=sparse', 'status=none']);
  return file;
}

test('unzip finds one image in the ZIP, and its sum right', async () => {
  const list = await oracleOutput(['unzip', '-Z', zip], { set: 'oracles' });
  assert.match(list, /^-rw-r--r-- {2}2\.0 unx +809500672 b- defN 24-Jan-01 00:00 rancheros-raspberry-pi64\.img$/m);
  assert.match(await oracleOutput(['unzip', '-t', zip], { set: 'oracles' }), /rancheros-raspberry-pi64\.img +OK\nNo errors detected/);
});

test('sfdisk reads an MBR with a FAT32 and a Linux partition at multiples of 4 MiB, and finds no error', async () => {
  assert.deepEqual(validateCard(source), []);
  assert.match(await oracleOutput(['sfdisk', '--verify', card]), /No errors detected/);
  const dump = await oracleOutput(['sfdisk', '-d', card]);
  assert.match(dump, /^label: dos\nlabel-id: 0x(?!00000000)[0-9a-f]{8}\n/);
  const rows = [...dump.matchAll(/start= *(\d+), size= *(\d+), type=(\w+)(, bootable)?/g)].map(([, start, size, type, active]) => [Number(start), Number(size), type, active]);
  assert.deepEqual(rows, [
    [boot.firstLba, boot.sectors, 'c', undefined],
    [state.firstLba, state.sectors, '83', undefined],
  ]);
  assert.ok(boot.sectors * SECTOR >= 128 * MIB);
  for (const { firstLba } of [boot, state]) assert.equal((firstLba * SECTOR) % CARD_ALIGNMENT, 0);
});

test('fsck.vfat finds the FAT whole; it has what the firmware looks for, and room for the next version', async () => {
  const fat = await partition('fat', boot);
  assert.match(await oracleOutput(['fsck.vfat', '-n', fat]), /: \d+ files, \d+\/\d{6} clusters\n$/);
  const at = ['-i', `${card}@@${boot.firstLba * SECTOR}`] as const;
  const info = await oracleOutput(['minfo', ...at, '::']);
  assert.match(info, /disk label="RANCHERBOOT"\s+disk type="FAT32 +"/);
  assert.match(info, new RegExp(`hidden sectors: ${boot.firstLba}\\n`));
  const names = new Set((await oracleOutput(['mdir', '-/', '-b', ...at, '::'])).trim().split('\n'));
  for (const name of [
    'bootcode.bin',
    'start.elf',
    'fixup.dat',
    'start4.elf',
    'fixup4.dat',
    'config.txt',
    'cmdline.txt',
    'vmlinuz',
    'initrd',
    'user-data',
    'LICENCE.raspi-firmware',
    'rancheros/layers',
  ])
    assert.ok(names.has(`::/${name}`), name);
  for (const board of ['bcm2837-rpi-3-b', 'bcm2837-rpi-3-b-plus', 'bcm2711-rpi-4-b', 'bcm2711-rpi-400']) assert.ok(names.has(`::/${board}.dtb`), board);
  const free = Number(/([\d ]+) bytes free/.exec(await oracleOutput(['mdir', ...at, '::']))?.[1]?.replaceAll(' ', ''));
  const used = boot.sectors * SECTOR - free;
  assert.ok(free > used, `${free} bytes are free, ${used} are used`);
});

test('the kernel on the card is the release’s, and its command line names the FAT that it lies on, without CMA', async () => {
  const at = ['-i', `${card}@@${boot.firstLba * SECTOR}`] as const;
  const kernel = (await oracle(['mtype', ...at, '::/vmlinuz'])).stdout;
  assert.ok(kernel.equals(readFileSync(path.join(files, 'vmlinuz'))));
  const line = await oracleOutput(['mtype', ...at, '::/cmdline.txt']);
  const serial = /serial number: (\w{8})/i.exec(await oracleOutput(['minfo', ...at, '::']))?.[1]?.toUpperCase() ?? '';
  assert.match(line, new RegExp(` rancher\\.boot=UUID=${serial.slice(0, 4)}-${serial.slice(4)}\n$`));
  assert.equal(line.trimEnd().includes('\n'), false);
  assert.doesNotMatch(line, /cma=|password|autologin/);
  const config = await oracleOutput(['mtype', ...at, '::/config.txt']);
  for (const setting of ['arm_64bit=1', 'upstream_kernel=1', 'kernel=vmlinuz', 'initramfs initrd followkernel', 'enable_uart=1']) assert.match(config, new RegExp(`^${setting}$`, 'm'));
  assert.match(await oracleOutput(['mtype', ...at, '::/user-data']), /^#cloud-config\n(#.*\n)+$/, 'nothing but remarks: no password, no key');
});

test('e2fsck finds the state whole', async () => {
  const ext4 = await partition('ext4', state);
  assert.match(await oracleOutput(['e2fsck', '-fn', ext4]), /^RANCHER_STATE: \d+\/\d+ files/m);
});

/** With the descriptions of its own image. */
const FILE = ['file', '-b', '-m', path.join(await toolRoot('oracles'), 'usr/lib/file/magic.mgc')] as const;

/** What the first boot does with the table (overlays/ros/state/grow.ts). */
const GROW = ['sfdisk', '--no-reread', '--no-tell-kernel', '--force', '-q', '-N', '2'] as const;

for (const mebibytes of [1024, 30_436, 3_000_000]) {
  test(`on a card of ${mebibytes} MiB the state takes all that is behind it, or all that an MBR can count`, async () => {
    const larger = path.join(folder, 'larger.img');
    // The table is all that sfdisk looks at.
    const head = Buffer.alloc(MIB);
    const fd = openSync(card, 'r');
    readSync(fd, head, 0, MIB, 0);
    closeSync(fd);
    const out = openSync(larger, 'w');
    writeSync(out, head);
    closeSync(out);
    await truncate(larger, mebibytes * MIB);
    const size = sectorsToEnd(state.firstLba, (mebibytes * MIB) / SECTOR);
    await oracleOutput([...GROW, larger], { stdin: Buffer.from(`, ${size}\n`) });
    const grown = new FileSource(larger);
    const [first, second] = readMbr(grown)?.partitions ?? [];
    const { signature } = readMbr(grown) ?? {};
    grown.close();
    assert.deepEqual(first, boot);
    assert.equal(second?.firstLba, state.firstLba);
    const end = (second?.firstLba ?? 0) + (second?.sectors ?? 0);
    assert.equal(end, Math.min((mebibytes * MIB) / SECTOR, 0xffff_ffff));
    assert.equal(signature, readMbr(source)?.signature);
    assert.match(await oracleOutput(['sfdisk', '--verify', larger]), /No errors detected/);
  });
}

test('xorriso reports an ISO that UEFI starts from CD and from a stick, and no BIOS does', async () => {
  const iso = path.join(files, 'rancheros.iso');
  const report = await oracleOutput(['xorriso', '-indev', iso, '-report_el_torito', 'plain', '-report_system_area', 'plain']);
  assert.match((await oracle(['xorriso', '-indev', iso, '-toc'])).stderr, /^Volume id +: 'RancherOS'$/m);
  const entries = [...report.matchAll(/^El Torito boot img : +\d+ +(\w+) +y +(\w+)/gm)].map(([, platform, emulation]) => [platform, emulation]);
  assert.deepEqual(entries, [['UEFI', 'none']]);
  assert.match(report, /^GPT type GUID +: +2 +28732ac11ff8d211ba4b00a0c93ec93b$/m);
  assert.match(report, /^MBR partition +: +1 +0x00 +0xee +1 +\d+$/m);
  const [start, blocks] = /^GPT start and size : +2 +(\d+) +(\d+)$/m.exec(report)?.slice(1).map(Number) ?? [];
  const esp = ['-i', `${iso}@@${(start ?? 0) * SECTOR}`] as const;
  assert.ok((blocks ?? 0) > 0);
  for (const name of ['BOOTAA64.EFI', 'grubaa64.efi']) {
    const program = path.join(folder, name);
    await oracleOutput(['mcopy', '-n', ...esp, `::/EFI/BOOT/${name}`, program]);
    assert.match(await oracleOutput([...FILE, program], { set: 'oracles' }), /^PE32\+ executable .*EFI.*(ARM64|Aarch64)/);
  }
});

test('file knows the kernel as one for 64-bit Arm that EFI can start', async () => {
  assert.match(await oracleOutput([...FILE, path.join(files, 'vmlinuz')], { set: 'oracles' }), /^Linux kernel ARM64 boot executable Image|^PE32\+ executable .*EFI.* Aarch64/);
});

test('readelf says AArch64 of every program and library of the root file system', async () => {
  const root = path.join(folder, 'rootfs');
  await mkdir(root);
  const packed = path.join(folder, 'rootfs.tar.gz');
  await copyFile(path.join(files, 'rootfs_arm64.tar.gz'), packed);
  await oracleOutput(['tar', '-xzf', packed, '-C', root, '--no-same-owner', '--exclude=dev/*']);
  const elfs = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter(startsAsElf);
  assert.ok(elfs.length > 400, `${elfs.length} files`);
  const headers = await oracleOutput(['readelf', '-h', ...elfs], { set: 'oracles' });
  const machines = [...headers.matchAll(/^ +Machine: +(.*)$/gm)].map(([, machine]) => machine);
  assert.equal(machines.length, elfs.length);
  assert.deepEqual([...new Set(machines)], ['AArch64']);
});

function startsAsElf(file: string): boolean {
  const elf = new FileSource(file);
  try {
    return isElf(elf);
  } finally {
    elf.close();
  }
}
