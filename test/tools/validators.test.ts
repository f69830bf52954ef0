import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeMbr } from '../../pipeline/formats/mbr.ts';
import { inMemory, type RandomAccess } from '../../pipeline/formats/random-access.ts';
import { validateCard } from '../../pipeline/verify/card.ts';
import { validateDisk } from '../../pipeline/verify/disk.ts';
import { validateExt4 } from '../../pipeline/verify/ext4.ts';
import { validateFat } from '../../pipeline/verify/fat.ts';
import { validateGceTar } from '../../pipeline/verify/gce-tar.ts';
import { validateIpxe } from '../../pipeline/verify/ipxe.ts';
import { validateOva } from '../../pipeline/verify/ova.ts';
import { validateQcow2 } from '../../pipeline/verify/qcow2.ts';
import { validateVhd } from '../../pipeline/verify/vhd.ts';
import { validateVhdx } from '../../pipeline/verify/vhdx.ts';
import { validateVmdk } from '../../pipeline/verify/vmdk.ts';
import { BOOT_SECTOR, formatSamples } from './format-samples.ts';
import { changed, mutations, type Rows } from './mutations.ts';

const samples = await formatSamples();
/** Where the BIOS boot partition begins: at the first whole MiB. */
const BIOS_SECTOR = 2048;

mutations('a disk', samples.raw, validateDisk, [
  ['gpt.mbr.signature', 510],
  ['gpt.primary.signature', 512],
  ['gpt.primary.headerCrc', 528],
  ['gpt.primary.entriesCrc', 1024 + 40],
  ['gpt.backup.signature', samples.raw.length - 512],
  ['gpt.backup.headerCrc', samples.raw.length - 512 + 16],
  ['bios.boot.code', 0],
  ['bios.boot.kernelSector', 0x5c],
  ['bios.core.blockStart', BIOS_SECTOR * 512 + 0x1f4],
  ['bios.core.blockCount', BIOS_SECTOR * 512 + 0x1fc, 0],
  ['partition.2.signature', BOOT_SECTOR * 512 + 510],
  ['partition.3.magic', samples.raw.indexOf('RANCHER_STATE') - 120 + 56],
]);

mutations(
  'a FAT',
  samples.fat,
  (source) => validateFat(source, BOOT_SECTOR),
  [
    ['jump', 0, 0],
    ['bytesPerSector', 11],
    ['sectorsPerCluster', 13, 3],
    ['reservedSectors', 14, 1],
    ['fats', 16],
    ['rootEntries', 17],
    ['sectors16', 19],
    ['media', 21],
    ['fatSectors16', 22],
    ['hiddenSectors', 28],
    ['sectors', 35, 1],
    ['clusters', 36, 0],
    ['version', 42],
    ['rootCluster', 44, 0],
    ['infoSector', 48],
    ['backupSector', 50],
    ['signature', 510],
    ['info.lead', 512],
    ['info.structure', 512 + 484],
    ['backup', 6 * 512 + 71],
    ['fats.copies', 32 * 512 + 20],
    ['fat.first', 32 * 512],
    // The root folder is said to go on with itself.
    ['files', 32 * 512 + 8, Buffer.of(2, 0, 0, 0)],
    ['EFI/BOOT/BOOTX64.EFI', samples.fat.indexOf('MZ and a program')],
  ],
  samples.fat.length / 2,
);

mutations(
  'an ext4',
  samples.ext4,
  validateExt4,
  [
    ['inodes', 1024],
    ['blocks', 1024 + 7],
    ['firstBlock', 1024 + 20],
    ['blockSize', 1024 + 24],
    ['blocksPerGroup', 1024 + 32],
    ['mounts', 1024 + 52],
    ['magic', 1024 + 56],
    ['state', 1024 + 58],
    ['revision', 1024 + 76],
    ['inodeSize', 1024 + 88],
    ['features', 1024 + 96, (samples.ext4[1024 + 96] ?? 0) | 4],
    ['sums', 1024 + 101, 0],
    ['label', 1024 + 120],
    ['uuid', 1024 + 104, Buffer.alloc(16)],
    ['hashSeed', 1024 + 236, Buffer.alloc(16)],
    ['checksum', 1024 + 104],
    ['checksum', 1024 + 236],
    ['checksum', 2047],
  ],
  4096 * 100,
);

const STATE_SECTOR = BOOT_SECTOR + samples.fat.length / 512;
const CARD = Buffer.concat([
  encodeMbr({
    signature: 0x1234_5678,
    partitions: [
      { type: 0x0c, firstLba: BOOT_SECTOR, sectors: samples.fat.length / 512, isActive: false },
      { type: 0x83, firstLba: STATE_SECTOR, sectors: samples.ext4.length / 512, isActive: false },
    ],
  }),
  Buffer.alloc((BOOT_SECTOR - 1) * 512),
  samples.fat,
  samples.ext4,
]);
mutations('an SD card', CARD, validateCard, [
  ['mbr.signature', 510],
  ['mbr.diskSignature', 440, Buffer.alloc(4)],
  ['mbr.1.type', 450],
  ['mbr.1.place', 457, 0x7f],
  ['mbr.2.type', 466],
  ['mbr.2.end', 474],
  ['mbr.others', 482, 0x83],
  ['partition.1.signature', BOOT_SECTOR * 512 + 510],
  ['partition.2.magic', STATE_SECTOR * 512 + 1024 + 56],
]);

const SCRIPT = Buffer.from('#!ipxe\nset base-url https://example.org/os/v1.2.3\nkernel ${base-url}/vmlinuz\ninitrd ${base-url}/initrd\nboot\n');
mutations(
  'a script for iPXE',
  SCRIPT,
  (source) => validateIpxe(source, 'v1.2.3'),
  [
    ['shebang', 1],
    ['kernel', SCRIPT.indexOf('\nkernel') + 1],
    ['initrd', SCRIPT.indexOf('\ninitrd') + 1],
    ['boot', SCRIPT.indexOf('\nboot') + 1],
    ['address', SCRIPT.indexOf('v1.2.3')],
    ['lineEnds', 6, 0x0d],
  ],
  1,
);

function big32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const VHD_FOOTER = samples.vhd.length - 512;
const firstBlock = (() => {
  for (let at = 1536; ; at += 4) if (samples.vhd.readUInt32BE(at) !== 0xffff_ffff) return at;
})();
const secondBlock = (() => {
  for (let at = firstBlock + 4; ; at += 4) if (samples.vhd.readUInt32BE(at) !== 0xffff_ffff) return at;
})();
mutations('a dynamic VHD', samples.vhd, validateVhd, [
  ['footer.cookie', VHD_FOOTER],
  ['footer.features', VHD_FOOTER + 11],
  ['footer.version', VHD_FOOTER + 15],
  ['footer.dataOffset', VHD_FOOTER + 23],
  ['footer.timestamp', VHD_FOOTER + 27],
  ['footer.creatorOs', VHD_FOOTER + 36],
  ['footer.originalSize', VHD_FOOTER + 44],
  ['footer.currentSize', VHD_FOOTER + 55],
  ['footer.geometry', VHD_FOOTER + 58],
  ['footer.type', VHD_FOOTER + 63, 4],
  ['footer.checksum', VHD_FOOTER + 67],
  ['footer.checksum', VHD_FOOTER + 70],
  ['footer.id', VHD_FOOTER + 68, Buffer.alloc(16)],
  ['footer.savedState', VHD_FOOTER + 84],
  ['copy', 100],
  ['header.cookie', 512],
  ['header.dataOffset', 520],
  ['header.tableOffset', 512 + 22, 0xff],
  ['header.version', 512 + 25],
  ['header.entries', 512 + 31],
  ['header.blockSize', 512 + 33],
  ['header.checksum', 512 + 39],
  ['header.checksum', 512 + 700],
  ['header.parentId', 512 + 40],
  [`table.${(firstBlock - 1536) / 4}`, firstBlock, 0x70],
  ['table.overlap', secondBlock, big32(samples.vhd.readUInt32BE(firstBlock) + 1)],
  [`bitmap.${(firstBlock - 1536) / 4}`, samples.vhd.readUInt32BE(firstBlock) * 512, 0],
]);

const FIXED = Buffer.concat([samples.raw, samples.vhd.subarray(VHD_FOOTER)]);
FIXED.fill(0xff, samples.raw.length + 16, samples.raw.length + 24);
FIXED[samples.raw.length + 63] = 2;
FIXED.writeUInt32BE(0, samples.raw.length + 64);
FIXED.writeUInt32BE(~FIXED.subarray(samples.raw.length).reduce((sum, byte) => sum + byte, 0) >>> 0, samples.raw.length + 64);
mutations('a fixed VHD', FIXED, validateVhd, [
  ['footer.dataOffset', samples.raw.length + 20],
  ['file.size', samples.raw.length + 53, 0x7f],
  ['disk.gpt.backup.headerCrc', samples.raw.length - 512 + 16],
]);

const VHDX = { header: 64 * 1024, second: 128 * 1024, regions: 192 * 1024, copy: 256 * 1024 };
const region = (index: number) => Number(samples.vhdx.readBigUInt64LE(VHDX.regions + 16 + index * 32 + 16));
const vhdxTable = [0, 1].map(region).find((at) => samples.vhdx.toString('latin1', at, at + 8) !== 'metadata') ?? 0;
const metadata = [0, 1].map(region).find((at) => samples.vhdx.toString('latin1', at, at + 8) === 'metadata') ?? 0;
const item = (id: string) => {
  const at = samples.vhdx.indexOf(Buffer.from(id, 'hex'), metadata);
  return metadata + samples.vhdx.readUInt32LE(at + 16);
};
mutations(
  'a VHDX',
  samples.vhdx,
  validateVhdx,
  [
    ['identifier', 0],
    ['header.1.signature', VHDX.header],
    ['header.1.checksum', VHDX.header + 4],
    ['header.1.checksum', VHDX.header + 16],
    ['header.1.fileWriteGuid', VHDX.header + 16, Buffer.alloc(16)],
    ['header.1.dataWriteGuid', VHDX.header + 32, Buffer.alloc(16)],
    ['header.1.logGuid', VHDX.header + 48],
    ['header.1.logVersion', VHDX.header + 64],
    ['header.1.version', VHDX.header + 66],
    ['header.1.logLength', VHDX.header + 68],
    ['header.1.logOffset', VHDX.header + 72],
    ['header.2.signature', VHDX.second],
    ['header.2.logGuid', VHDX.second + 48],
    ['header.sequence', VHDX.second + 8, samples.vhdx[VHDX.header + 8] ?? 0],
    ['regions.1.signature', VHDX.regions],
    ['regions.1.checksum', VHDX.regions + 4],
    ['regions.1.count', VHDX.regions + 8],
    ['regions.1.table', VHDX.regions + 16],
    ['regions.1.metadata', VHDX.regions + 48],
    ['regions.1.0.offset', VHDX.regions + 32],
    ['regions.1.0.length', VHDX.regions + 40],
    ['regions.1.0.required', VHDX.regions + 44],
    ['regions.2.signature', VHDX.copy],
    ['regions.copy', VHDX.copy + 1000],
    ['metadata.signature', metadata],
    ['metadata.count', metadata + 10],
    ['metadata.0.id', metadata + 32],
    ['metadata.0.offset', metadata + 32 + 19, 0x7f],
    ['metadata.0.length', metadata + 32 + 20],
    ['metadata.0.flags', metadata + 32 + 24],
    ['blockSize', item('3767a1ca36fa434db3b633f0aa44e76b')],
    ['fileParameters', item('3767a1ca36fa434db3b633f0aa44e76b') + 4, 2],
    ['virtualDiskSize', item('2442a52f1bcd7648b2115dbed83bf4b8')],
    ['page83', item('ab12cabee6b2234593efc309e000c746'), Buffer.alloc(16)],
    ['logicalSectorSize', item('1dbf41816fa90947ba47f233a8faab5f') + 1, 0x10],
    ['physicalSectorSize', item('c748a3cd5d4471449cc9e9885251c556')],
    ['table.0.state', vhdxTable, 7],
    ['table.0.offset', vhdxTable + 5, 0x7f],
  ],
  1 << 20,
);

const largeTable = (() => {
  const at = (index: number) => Number(samples.vhdxLarge.readBigUInt64LE(VHDX.regions + 16 + index * 32 + 16));
  return [0, 1].map(at).find((place) => samples.vhdxLarge.toString('latin1', place, place + 8) !== 'metadata') ?? 0;
})();
const largeBlock = samples.vhdxLarge.readUInt32LE(
  (() => {
    const id = samples.vhdxLarge.indexOf(Buffer.from('3767a1ca36fa434db3b633f0aa44e76b', 'hex'));
    return Math.floor(id / 65_536) * 65_536 + samples.vhdxLarge.readUInt32LE(id + 16);
  })(),
);
const chunk = (2 ** 23 * 512) / largeBlock;
mutations('a VHDX of 8 GiB', samples.vhdxLarge, validateVhdx, [[`table.${chunk}.bitmap`, largeTable + chunk * 8, 6]], 1 << 20);

const text = (bytes: Buffer, words: string) => {
  const at = bytes.indexOf(words);
  assert.ok(at >= 0, words);
  return at + words.length;
};
const HEADER: Rows = [
  ['header.magic', 0],
  ['header.version', 4, 2],
  ['header.flags', 8],
  ['header.capacity', 12],
  ['header.grainSize', 20],
  ['header.descriptorOffset', 28],
  ['header.descriptorSize', 36, 0],
  ['header.entriesPerTable', 44],
  ['header.uncleanShutdown', 72],
  ['header.newlines', 75],
  ['header.compression', 77, 2],
  ['descriptor.start', 512],
  ['descriptor.version', text(samples.vmdk, '\nversion=')],
  ['descriptor.CID', text(samples.vmdk, '\nCID='), 0x78],
  ['descriptor.parentCID', text(samples.vmdk, '\nparentCID=')],
  ['descriptor.createType', text(samples.vmdk, 'createType="')],
];
const place = (bytes: Buffer): Rows => [
  ['descriptor.extent', text(bytes, '\nRW ')],
  ['descriptor.extentName', text(bytes, 'SPARSE "'), 0x2f],
  ['descriptor.adapterType', text(bytes, 'adapterType = "')],
  ['descriptor.hardware', text(bytes, 'virtualHWVersion = "'), 0x78],
  ['descriptor.cylinders', text(bytes, 'cylinders = "'), 0x78],
  ['descriptor.heads', text(bytes, 'heads = "')],
  ['descriptor.sectors', text(bytes, 'geometry.sectors = "')],
];
const gd = samples.vmdk.readUInt32LE(56) * 512;
const rgd = samples.vmdk.readUInt32LE(48) * 512;
const secondGrain = (() => {
  for (let at = samples.vmdk.readUInt32LE(gd) * 512 + 4; ; at += 4) if (samples.vmdk.readUInt32LE(at) !== 0) return at;
})();
mutations('a monolithicSparse VMDK', samples.vmdk, (source) => validateVmdk(source, 'monolithicSparse'), [
  ...HEADER,
  ...place(samples.vmdk),
  ['header.rgdOffset', 51, 0x7f],
  ['header.gdOffset', 59, 0x7f],
  ['header.overHead', 64],
  ['gd.0', gd + 3, 0x7f],
  ['rgd.0', rgd + 3, 0x7f],
  ['grain.0', samples.vmdk.readUInt32LE(gd) * 512],
  ['rgd.grain', samples.vmdk.readUInt32LE(rgd) * 512],
  // Two grains of the disk in one of the file.
  ['gd.overlap', secondGrain, samples.vmdk.subarray(samples.vmdk.readUInt32LE(gd) * 512).subarray(0, 4)],
]);

const END = samples.vmdkStream.length;
const streamGd = samples.vmdkStream.readUInt32LE(END - 1024 + 56) * 512;
const firstTable = samples.vmdkStream.readUInt32LE(streamGd) * 512;
mutations('a streamOptimized VMDK', samples.vmdkStream, (source) => validateVmdk(source, 'streamOptimized'), [
  ...HEADER,
  ...place(samples.vmdkStream),
  ['header.gdOffset', 56, 0],
  ['header.overHead', 67, 0x7f],
  ['grain.lba', 65_536],
  ['grain.data', 65_536 + 8, 3],
  ['grain.data', 65_536 + 12 + 4000],
  ['marker.type', firstTable - 512 + 12, 9],
  ['marker.size', firstTable - 512],
  ['table.grain.0', firstTable],
  ['table.grains', firstTable, Buffer.alloc(4)],
  ['gd.0', streamGd],
  ['footer.magic', END - 1024],
  ['footer.version', END - 1024 + 4],
  ['footer.flags', END - 1024 + 8],
  ['footer.capacity', END - 1024 + 12],
  ['footer.grainSize', END - 1024 + 20],
  ['footer.gdOffset', END - 1024 + 56],
  ['footer.overHead', END - 1024 + 64],
  ['footer.compression', END - 1024 + 77],
  ['footer', END - 1536 + 12, 0],
  ['endOfStream', END - 1],
]);

const ovaMember = (name: string) => {
  const at = samples.ova.indexOf(name);
  assert.ok(at >= 0 && at % 512 === 0, name);
  return at;
};
const mf = ovaMember('sample.mf');
const vmdkMember = ovaMember('sample-disk1.vmdk\0');
mutations(
  'an OVA',
  samples.ova,
  validateOva,
  [
    ['member.0.magic', 257],
    ['member.0.type', 156, 0x35],
    ['member.0.name', 0, 0x2f],
    ['member.0.mode', 106],
    ['member.0.owner', 112],
    ['member.0.checksum', 150],
    ['member.0.size', 124, 0x78],
    ['members', mf + 7, 0x78],
    ['manifest', mf + 512 + 30],
    ['manifest', 512 + 60],
    ['manifest', vmdkMember + 512 + 70_000],
    ['ovf.file', text(samples.ova, 'ovf:href="')],
    ['ovf.size', text(samples.ova, 'ovf:size="')],
    ['ovf.capacity', text(samples.ova, 'ovf:capacity="')],
    ['ovf.units', text(samples.ova, 'ovf:capacityAllocationUnits="')],
    ['ovf.format', text(samples.ova, 'ovf:format="')],
    ['ovf.transport', text(samples.ova, 'ovf:transport="')],
    ['ovf.controller', text(samples.ova, '<rasd:ResourceSubType>')],
    ['ovf.network', samples.ova.indexOf('VmxNet3')],
    ['ovf.firmware', text(samples.ova, 'vmw:key="firmware" vmw:value="')],
    ['ovf.diskId', text(samples.ova, 'vmw:key="disk.EnableUUID" vmw:value="')],
    ['ovf.hardware', text(samples.ova, '<vssd:VirtualSystemType>vmx-'), 0x39],
    ['ovf.namespaces', text(samples.ova, 'xmlns:vm')],
    ['vmdk.header.version', vmdkMember + 512 + 4],
    ['end', samples.ova.length - 1],
  ],
  1024,
);

const L1 = Number(samples.qcow2.readBigUInt64BE(40));
const l2 = Number(samples.qcow2.readBigUInt64BE(L1) & 0x00ff_ffff_ffff_fe00n);
const counts = Number(samples.qcow2.readBigUInt64BE(48));
/** Where the first cluster that is packed lies. */
const packedCluster = (() => {
  for (let at = l2; ; at += 8) {
    const entry = samples.qcow2.readBigUInt64BE(at);
    if ((entry & (1n << 62n)) !== 0n) return Number(entry & ((1n << 54n) - 1n));
  }
})();
/** Version 3 says in its header what version 2 takes for granted. */
const QCOW3 = Buffer.from(samples.qcow2);
QCOW3.writeUInt32BE(3, 4);
QCOW3.writeUInt32BE(4, 96);
QCOW3.writeUInt32BE(104, 100);
mutations(
  'a qcow2 of version 3',
  QCOW3,
  validateQcow2,
  [
    ['incompatible', 79],
    ['refcountOrder', 99],
    ['headerLength', 103],
  ],
  65_536,
);
mutations(
  'a qcow2',
  samples.qcow2,
  validateQcow2,
  [
    ['magic', 0],
    ['version', 7, 4],
    ['backingFile', 15],
    ['backingSize', 19],
    ['clusterBits', 23],
    ['size', 31],
    // As large again: what the disk's own table says is believed, not that the table of clusters were too short.
    ['size', 27],
    ['encryption', 35],
    ['l1.size', 39],
    ['l1.offset', 47],
    ['refcountTable', 55],
    ['refcountClusters', 59, 0],
    ['snapshots', 63],
    ['l1.0', L1 + 7],
    ['l2.0', l2 + 4, 0xff],
    ['cluster.data', packedCluster, 0xff],
    ['refcountTable.0', counts + 7],
    ['refcount.0', Number(samples.qcow2.readBigUInt64BE(counts)) + 1],
  ],
  65_536,
);

test('an address of latest in a script for iPXE is found', () => {
  const text = SCRIPT.toString().replace('boot\n', 'imgfetch https://example.org/os/latest/x\nboot\n');
  assert.ok(validateIpxe(inMemory(Buffer.from(text)), 'v1.2.3').some(({ field }) => field === 'latest'));
});

const gce = (source: RandomAccess) => validateGceTar(inMemory(gzipSync(source.read(0, source.size), { level: 1 })));
mutations(
  'an archive for Google',
  samples.gceTar,
  gce,
  [
    ['name', 0],
    ['mode', 106],
    ['size', 134],
    ['checksum', 150],
    ['checksum', 140],
    ['type', 156],
    ['magic', 263],
    ['run.0', 386, 0x37],
    ['extended', 482],
    ['realSize', 491],
  ],
  1024,
);

test('a gzip with a name, a time, another method, or a cut end is found', async () => {
  const packed = gzipSync(samples.gceTar.subarray(0, 4096));
  for (const [field, offset, value] of [
    ['magic', 0, 0],
    ['method', 2, 7],
    ['flags', 3, 8],
    ['time', 4, 1],
  ] as const)
    assert.deepEqual(
      (await validateGceTar(changed(packed, offset, value))).map((problem) => problem.field),
      [field],
    );
  assert.deepEqual(
    (await validateGceTar(inMemory(packed.subarray(0, packed.length - 9)))).map((problem) => problem.field),
    ['gzip'],
  );
});
