import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeMbr, protectiveMbr, readMbr } from '../../../pipeline/formats/mbr.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { validateProtectiveMbr } from '../../../pipeline/verify/gpt.ts';

test('a protective MBR is one entry of type EE over the whole disk (UEFI 2.10 §5.2.3)', () => {
  const bytes = Buffer.from(protectiveMbr(0x0018_0000));
  assert.equal(bytes.subarray(446, 462).toString('hex'), '00000200eeffffff01000000ffff1700');
  assert.ok(bytes.subarray(462, 510).every((byte) => byte === 0));
  assert.equal(bytes.subarray(510).toString('hex'), '55aa');
});

test('a protective MBR of more than 2 TiB says as much as it can', () => {
  const disk = { size: 2 ** 32 * 512 * 2, read: () => protectiveMbr(2 ** 33) };
  assert.equal(readMbr(disk)?.partitions[0]?.sectors, 0xffff_ffff);
  assert.deepEqual(validateProtectiveMbr(disk), []);
});

test('partitions of an MBR read back with type, place and activity', () => {
  const mbr = {
    signature: 0xdead_beef,
    partitions: [{ type: 0x0c, firstLba: 8192, sectors: 524_288, isActive: true }, undefined, { type: 0x83, firstLba: 532_480, sectors: 2 ** 31, isActive: false }],
  };
  assert.deepEqual(readMbr(inMemory(encodeMbr(mbr))), { ...mbr, partitions: [...mbr.partitions, undefined] });
});

/** Whole entries as sfdisk 2.41 writes them. */
const ENTRIES: readonly (readonly [firstLba: number, hex: string])[] = [
  [2048, '00202100834101000008000000080000'],
  [16_450_560, '00feffff83feffff0004fb0000080000'],
];
for (const [firstLba, hex] of ENTRIES) {
  test(`a partition at LBA ${firstLba} has the cylinder, head and sector that others write`, () => {
    const bytes = Buffer.from(encodeMbr({ signature: 0, partitions: [{ type: 0x83, firstLba, sectors: 2048, isActive: false }] }));
    assert.equal(bytes.subarray(446, 462).toString('hex'), hex);
  });
}

test('what an MBR cannot count or hold is refused', () => {
  const partition = { type: 0x83, firstLba: 2 ** 32, sectors: 1, isActive: false };
  assert.throws(() => encodeMbr({ signature: 0, partitions: [partition] }), RangeError);
  assert.throws(() => encodeMbr({ signature: 0, partitions: Array.from({ length: 5 }, () => undefined) }), RangeError);
});
