import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskFrame } from '../../../pipeline/formats/disk-frame.ts';
import { layOut, smallestDisk } from '../../../pipeline/formats/disk-layout.ts';
import { grubBootSector, placedGrubCore } from '../../../pipeline/formats/grub-bios.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { validateGpt } from '../../../pipeline/verify/gpt.ts';
import { validateGrubBios } from '../../../pipeline/verify/grub-bios.ts';
import { failure } from '../trees/sample.ts';
import { assembled, flipped, sampleBiosCode, samplePlan } from './sample-disk.ts';

const LAYOUT = layOut(samplePlan(), smallestDisk(samplePlan()));
const BIOS = LAYOUT.bios ?? assert.fail('no BIOS boot partition');
const CODE = sampleBiosCode(40);
const DISK = assembled(LAYOUT.table.sectors, diskFrame(LAYOUT, CODE));
const CORE = BIOS.firstLba * 512;

test('boot code and table share the first sector and both are whole', () => {
  assert.deepEqual(validateGrubBios(inMemory(DISK), BIOS), []);
  assert.deepEqual(validateGpt(inMemory(DISK)), []);
});

test('the first sector is boot.img with the sector of core.img and two NOPs', () => {
  const expected = Buffer.from(CODE.boot);
  expected.writeBigUInt64LE(2048n, 0x5c);
  expected[0x64] = 0xff;
  expected.set([0x90, 0x90], 0x66);
  assert.equal(DISK.subarray(0, 0x1b8).toString('hex'), expected.subarray(0, 0x1b8).toString('hex'));
});

test('core.img is whole, and its first sector lists the rest as one run to segment 0820', () => {
  const expected = Buffer.alloc(40 * 512);
  expected.set(CODE.core);
  expected.writeBigUInt64LE(2049n, 0x1f4);
  expected.writeUInt16LE(39, 0x1fc);
  assert.ok(DISK.subarray(CORE, CORE + 40 * 512).equals(expected));
});

const FLIPS: readonly (readonly [field: string, offset: number])[] = [
  ['boot.code', 0],
  ['boot.kernelSector', 0x5c],
  ['boot.drive', 0x64],
  ['boot.driveCheck', 0x66],
  ['core.blockStart', CORE + 0x1f4],
  ['core.blockSegment', CORE + 0x1fe],
  ['core.blockEnd', CORE + 0x1f0],
];
for (const [field, offset] of FLIPS) {
  test(`a flipped bit in byte ${offset} is found and named ${field}`, () => {
    assert.deepEqual(
      validateGrubBios(flipped(DISK, offset), BIOS).map((problem) => problem.field),
      [field],
    );
  });
}

test('a block list that leaves the partition is found', () => {
  const disk = Buffer.from(DISK);
  disk.writeUInt16LE(2048, CORE + 0x1fc);
  assert.deepEqual(
    validateGrubBios(inMemory(disk), BIOS).map((problem) => problem.field),
    ['core.blockCount'],
  );
});

test('a core.img larger than its partition is refused, and what is no boot.img or core.img too', () => {
  assert.throws(() => placedGrubCore(sampleBiosCode(2049).core, 2048, 2048), failure('wrong-bytes', /1048\d\d\d bytes|1049\d\d\d bytes|holds 1048576/));
  assert.throws(() => placedGrubCore(new Uint8Array(4096), 2048, 2048), failure('wrong-bytes', /core\.img is none/));
  assert.throws(() => grubBootSector(new Uint8Array(512), new Uint8Array(512), 2048), failure('wrong-bytes', /boot\.img is none/));
});
