import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Artifact } from '../../pipeline/core/step.ts';
import { inMemory } from '../../pipeline/formats/random-access.ts';
import { installedDisk } from '../../pipeline/recipes/disk.ts';
import { deviceTrees } from '../../pipeline/recipes/kernel.ts';
import { liveIso } from '../../pipeline/recipes/live-iso.ts';
import { liveSystem } from '../../pipeline/recipes/system.ts';
import { validateDeviceTree } from '../../pipeline/verify/device-tree.ts';
import { Fields } from '../../pipeline/verify/fields.ts';
import { validateInitrd } from '../../pipeline/verify/initrd.ts';
import { validateIso } from '../../pipeline/verify/iso.ts';
import { isoFiles } from '../../pipeline/verify/iso-files.ts';
import { validateArm64Image, validateBzImage } from '../../pipeline/verify/linux-kernel.ts';
import { wired } from './disk-build.ts';
import { mutations } from './mutations.ts';

/** Bytes of what a build of both architectures makes. */
async function builtFiles(): Promise<{ readonly [name: string]: Buffer }> {
  const wiring = await wired();
  try {
    const { context } = wiring;
    const system = liveSystem(context, 'amd64');
    const disk = installedDisk(context, system, { name: 'amd64' });
    const files: { readonly [name: string]: Artifact } = {
      iso: liveIso(context, system, { name: 'rancheros.iso', disk }),
      kernel: system.kernel.image,
      initrd: system.initrd,
      arm64: liveSystem(context, 'arm64').kernel.image,
      ...deviceTrees(context, 'arm64', ['bcm2711-rpi-4-b']),
    };
    const read = async (artifact: Artifact) => readFileSync(wiring.store.pathOf((await wiring.engine.build(artifact)).digest));
    return Object.fromEntries(await Promise.all(Object.entries(files).map(async ([name, artifact]) => [name, await read(artifact)] as const)));
  } finally {
    await wiring.close();
  }
}

const built = await builtFiles();
const file = (name: string): Buffer => {
  const bytes = built[name];
  assert.ok(bytes, name);
  return bytes;
};

const kernel = file('kernel');
const pe = kernel.readUInt32LE(0x3c);
const setup = ((kernel[0x1f1] ?? 0) + 1) * 512;
mutations('a kernel for PCs', kernel, validateBzImage, [
  ['bootFlag', 0x1fe],
  ['header', 0x202],
  ['version', 0x207, 1],
  ['loadedHigh', 0x211],
  ['loadFlags', 0x236],
  ['commandLineSize', 0x239, 0],
  ['size', 0x1f1],
  ['size', 0x1f4],
  ['payload', setup + kernel.readUInt32LE(0x248)],
  ['payload.length', 0x24f, 0x7f],
  ['kernelVersion', kernel.readUInt16LE(0x20e) + 0x200, 0x78],
  ['efi.magic', 0],
  ['efi.header', pe],
  ['efi.machine', pe + 4],
  ['efi.format', pe + 24],
  ['efi.subsystem', pe + 92],
  ['efi.certificates', pe + 24 + 144],
]);

const arm = file('arm64');
const armPe = arm.readUInt32LE(0x3c);
mutations('a kernel for 64-bit Arm', arm, validateArm64Image, [
  ['magic', 56],
  ['imageSize', 22],
  ['byteOrder', 24],
  ['pageSize', 24, (arm[24] ?? 0) ^ 2],
  ['reserved', 32],
  ['size', 19, 0],
  ['efi.magic', 0],
  ['efi.header', armPe],
  ['efi.machine', armPe + 4],
  ['efi.format', armPe + 24],
  ['efi.subsystem', armPe + 92],
  ['efi.certificates', armPe + 24 + 144],
]);

const tree = file('bcm2711-rpi-4-b.dtb');
mutations(
  'a device tree',
  tree,
  validateDeviceTree,
  [
    ['magic', 0],
    ['totalSize', 7],
    ['structure', 11],
    ['strings', 12],
    ['version', 23],
    ['compatibleVersion', 27],
    ['structure.begin', tree.readUInt32BE(8) + 3],
    ['structure.end', tree.readUInt32BE(8) + tree.readUInt32BE(36) - 1],
  ],
  4,
);

const initrd = file('initrd');
const member = initrd.indexOf('070701');
mutations(
  'an initrd',
  initrd,
  validateInitrd,
  [
    ['frame.magic', 0],
    ['frame.checksum', 4, (initrd[4] ?? 0) & ~4],
    ['frame.window', 5, 0xff],
    ['frame.reserved', 4, (initrd[4] ?? 0) | 8],
    ['member.numbers', member + 6, 0x78],
    ['member.inode', initrd.indexOf('070701', member + 6) + 13, initrd[member + 13]],
    ['member.mode', member + 18, 0x30],
    ['member.size', member + 54, 0x37],
    ['member.nameSize', member + 94, 0x37],
    ['member.name', member + 110 + Number.parseInt(initrd.toString('latin1', member + 94, member + 102), 16) - 1, 0x78],
    ['trailer.size', initrd.indexOf('TRAILER!!!', member) - 110 + 61, 0x34],
    ['member.check', member + 109],
    ['member.path', member + 110, 0x2f],
    ['member.once', initrd.indexOf('rancheros/engine.squashfs', member), Buffer.from('rancheros/config.squashfs')],
    ['member.magic', initrd.indexOf('070701', member + 6)],
  ],
  512,
);

const iso = file('iso');
const at = 16 * 2048;
const record = iso.indexOf('EL TORITO SPECIFICATION') - 7;
const catalog = iso.readUInt32LE(record + 71) * 2048;
const bios = iso.readUInt32LE(catalog + 40) * 2048;
const efi = iso.readUInt32LE(catalog + 104) * 2048;
/** What lies on the ISO, by path. */
const onIso = new Map(isoFiles(new Fields(inMemory(iso)), { block: iso.readUInt32LE(at + 158), size: iso.readUInt32LE(at + 166) }).map((each) => [each.path, each]));
const recordOf = (path: string): number => onIso.get(path)?.record ?? assert.fail(path);
const bytesOf = (path: string): number => iso.readUInt32LE(recordOf(path) + 2) * 2048;
/** Where the Rock Ridge name of a file begins, and its mode. */
const nameOf = (path: string): number => iso.indexOf('NM', recordOf(path)) + 5;
const modeOf = (path: string): number => iso.indexOf('PX', recordOf(path)) + 4;
const lastPartition = [494, 478, 462, 446].find((offset) => iso[offset + 4]) ?? 446;
mutations(
  'an ISO',
  iso,
  (source) => validateIso(source, { hasBios: true }),
  [
    ['volume.type', at],
    ['volume.standard', at + 1],
    ['volume.version', at + 6],
    ['volume.id', at + 40],
    ['volume.size', at + 80],
    ['volume.sizeBig', at + 87],
    ['volume.blockSize', at + 129],
    ['volume.root', at + 161, 0x7f],
    ['volume.rootBig', at + 165],
    ['volume.rootLength', at + 156],
    ['volume.rootFolder', iso.readUInt32LE(at + 158) * 2048 + 2],
    ['descriptor.1', at + 2048 + 1],
    ['terminator', iso.indexOf('\xffCD001', at, 'latin1'), 9],
    ['boot.record', record, 9],
    ['boot.system', record + 7],
    ['boot.catalog', record + 74, 0x7f],
    ['catalog.id', catalog],
    ['catalog.platform', catalog + 1],
    ['catalog.key', catalog + 30],
    ['catalog.sum', catalog + 28],
    ['catalog.section', catalog + 64],
    ['catalog.sectionPlatform', catalog + 65],
    ['catalog.sectionEntries', catalog + 66],
    ['bios.bootable', catalog + 32],
    ['bios.media', catalog + 33],
    ['bios.sectors', catalog + 38],
    ['bios.image', catalog + 43, 0x7f],
    ['bios.table.volume', bios + 8],
    ['bios.table.self', bios + 12],
    ['bios.table.length', bios + 19, 0x7f],
    ['bios.table.sum', bios + 20],
    ['bios.table.sum', bios + 100],
    ['efi.bootable', catalog + 96],
    ['efi.media', catalog + 97],
    ['efi.image', catalog + 107, 0x7f],
    ['efi.jump', efi, 0],
    ['efi.bytesPerSector', efi + 11],
    ['efi.fats', efi + 16],
    ['efi.media', efi + 21],
    ['efi.signature', efi + 510],
    ['mbr.signature', 510],
    ['mbr.code', 0],
    ['mbr.partitions', 446, Buffer.alloc(64)],
    ['mbr.partition', lastPartition + 15, 0x7f],
    ['files', at + 166, Buffer.alloc(4)],
    ['folder /boot.record', recordOf('boot/vmlinuz'), 5],
    // A symbolic link.
    ['/boot/vmlinuz.kind', modeOf('boot/vmlinuz') + 1, 0xa1],
    ['/boot/vmlinuz.kind', iso.indexOf('TF', recordOf('boot/vmlinuz')), Buffer.from('SL')],
    ['/boot/vmlinuz.size', recordOf('boot/vmlinuz') + 10, Buffer.alloc(4)],
    ['/boot/vmlinuz.size', recordOf('boot/vmlinuz') + 2, Buffer.alloc(4, 0x7f)],
    ['/boot/.name', nameOf('boot/vmlinuz') - 5, Buffer.from('XX')],
    // Missing under its name, and unknown under the other.
    ['/boot/vmlinuz', nameOf('boot/vmlinuz') + 6, 0x78],
    ['/boot/vmlinux', nameOf('boot/vmlinuz') + 6, 0x78],
    ['rancheros/engine.squashfs.once', nameOf('rancheros/config.squashfs'), Buffer.from('engine')],
    ['/rancheros/layers', bytesOf('rancheros/layers')],
    ['/boot/vmlinuz.header', bytesOf('boot/vmlinuz') + 0x202],
    ['/boot/initrd.frame.magic', bytesOf('boot/initrd')],
    ['/boot/grub/grub.cfg.text', bytesOf('boot/grub/grub.cfg') + 9, 0],
    ['/rancheros/seed.tar.tar', bytesOf('rancheros/seed.tar') + 148],
    ['/rancheros/base.squashfs.magic', bytesOf('rancheros/base.squashfs')],
    ['/rancheros/base.squashfs.version', bytesOf('rancheros/base.squashfs') + 28],
    ['/rancheros/base.squashfs.size', bytesOf('rancheros/base.squashfs') + 44],
    ['/rancheros/base.squashfs.inodes', bytesOf('rancheros/base.squashfs') + 71],
  ],
  2048,
);

test('zeros alone are no initrd', async () => {
  assert.ok((await validateInitrd(inMemory(Buffer.alloc(512)))).some(({ field }) => field === 'parts'));
});

test('an archive of an initrd that begins at no multiple of four is found', async () => {
  assert.ok((await validateInitrd(inMemory(Buffer.concat([Buffer.alloc(1), initrd.subarray(0, 4096)])))).some(({ field }) => field === 'alignment'));
});

test('a kernel of one architecture is none of the other', () => {
  assert.notDeepEqual(validateArm64Image(inMemory(kernel)), []);
  assert.notDeepEqual(validateBzImage(inMemory(arm)), []);
});
