import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from '../../../pipeline/formats/crc32.ts';
import { diskFrame } from '../../../pipeline/formats/disk-frame.ts';
import { layOut, smallestDisk } from '../../../pipeline/formats/disk-layout.ts';
import { encodeGpt, type GptPartition, type GptTable, PARTITION_TYPE } from '../../../pipeline/formats/gpt.ts';
import { readGpt } from '../../../pipeline/formats/gpt-reader.ts';
import { parseGuid } from '../../../pipeline/formats/guid.ts';
import { protectiveMbr } from '../../../pipeline/formats/mbr.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { validateGpt } from '../../../pipeline/verify/gpt.ts';
import { assembled, changed, flipped, samplePlan } from './sample-disk.ts';

const LAYOUT = layOut(samplePlan(), smallestDisk(samplePlan()));
const { table: TABLE } = LAYOUT;
const DISK = assembled(TABLE.sectors, diskFrame(LAYOUT, undefined));
const LAST = TABLE.sectors - 1;
const BACKUP = LAST * 512;
const ENTRIES = 2 * 512;

function diskOf(table: GptTable): Buffer {
  const { primary, backup } = encodeGpt(table);
  return assembled(table.sectors, [
    { lba: 0, bytes: protectiveMbr(table.sectors) },
    { lba: 1, bytes: primary },
    { lba: table.sectors - backup.length / 512, bytes: backup },
  ]);
}

test('a table that is written has no problems and reads back, from both ends', () => {
  assert.deepEqual(validateGpt(inMemory(DISK)), []);
  for (const lba of [1, LAST]) {
    const { header, partitions } = readGpt(inMemory(DISK), lba) ?? assert.fail('no header');
    assert.equal(header.diskId, TABLE.diskId);
    assert.deepEqual(
      partitions.map(({ number: _number, attributes: _attributes, ...partition }) => partition),
      TABLE.partitions,
    );
    assert.deepEqual(
      partitions.map(({ number, attributes }) => [number, attributes]),
      [
        [1, 0n],
        [2, 0n],
        [3, 0n],
      ],
    );
  }
});

/** Each byte offset is that of UEFI 2.10, tables 5.5 and 5.6. */
const FLIPS: readonly (readonly [field: string, offset: number])[] = [
  ['mbr.signature', 510],
  ['mbr.signature', 511],
  ['mbr.type', 450],
  ['mbr.start', 454],
  ['mbr.size', 458],
  ['mbr.others', 466],
  ...(['primary', 'backup'] as const).flatMap((which) => {
    const at = which === 'primary' ? 512 : BACKUP;
    const fields: readonly (readonly [string, number])[] = [
      ['signature', 0],
      ['revision', 8],
      ['headerSize', 12],
      ['headerCrc', 16],
      ['headerCrc', 20],
      ['myLba', 24],
      ['alternateLba', 32],
      ['firstUsable', 40],
      ['lastUsable', 48],
      ['headerCrc', 56],
      ['entriesLba', 72],
      ['entryCount', 80],
      ['entrySize', 84],
      ['entriesCrc', 88],
    ];
    return fields.map(([field, offset]) => [`${which}.${field}`, at + offset] as const);
  }),
  ['primary.entriesCrc', ENTRIES],
  ['primary.entriesCrc', ENTRIES + 16],
  ['primary.entriesCrc', ENTRIES + 32],
  ['primary.entriesCrc', ENTRIES + 127 * 128],
  ['backup.entriesCrc', (LAST - 32) * 512],
  ['backup.entries', (LAST - 32) * 512 + 56],
  ['backup.diskId', BACKUP + 56],
];
for (const [field, offset] of FLIPS) {
  test(`a flipped bit in byte ${offset} is found and named ${field}`, () => {
    const fields = validateGpt(flipped(DISK, offset)).map((problem) => problem.field);
    assert.ok(fields.includes(field), fields.join(', '));
  });
}

test('an active protective entry is found', () => {
  assert.deepEqual(
    validateGpt(changed(DISK, [[446, Uint8Array.of(0x80)]])).map(({ field }) => field),
    ['mbr.active'],
  );
});

const CUTS: readonly (readonly [sentence: string, disk: Buffer, field: string])[] = [
  ['that was cut by one sector', DISK.subarray(0, DISK.length - 512), 'backup.signature'],
  ['that grew without its backup moving', Buffer.concat([DISK, Buffer.alloc(1 << 20)]), 'backup.signature'],
  ['that ends within a sector', DISK.subarray(0, DISK.length - 1), 'size'],
  ['too small for a table', DISK.subarray(0, 60 * 512), 'size'],
];
for (const [sentence, disk, field] of CUTS) {
  test(`a disk ${sentence} is found`, () => {
    const fields = validateGpt(inMemory(disk)).map((problem) => problem.field);
    assert.ok(fields.includes(field), fields.join(', '));
  });
}

const [BIOS, BOOT, STATE] = TABLE.partitions as readonly [GptPartition, GptPartition, GptPartition];
/** Tables with right CRCs that say something wrong. */
const WRONG: readonly (readonly [sentence: string, partitions: readonly GptPartition[], field: string])[] = [
  ['overlap', [BIOS, { ...BOOT, lastLba: STATE.firstLba }, STATE], 'partition.3.overlap'],
  ['overlap in another order', [STATE, { ...BOOT, lastLba: STATE.firstLba }], 'partition.1.overlap'],
  ['begin at no whole MiB', [BIOS, { ...BOOT, firstLba: BOOT.firstLba + 8 }, STATE], 'partition.2.alignment'],
  ['share a GUID', [BIOS, BOOT, { ...STATE, id: BIOS.id }], 'partition.3.id'],
  ["have the disk's GUID", [{ ...BIOS, id: TABLE.diskId }], 'partition.1.id'],
];
for (const [sentence, partitions, field] of WRONG) {
  test(`partitions that ${sentence} are found`, () => {
    assert.deepEqual(
      validateGpt(inMemory(diskOf({ ...TABLE, partitions }))).map((problem) => problem.field),
      [field],
    );
  });
}

/** An entry changed on both ends, with the CRCs made right again: what only a look at the entry finds. */
function forgedEntry(number: number, offset: number, lba: number): Buffer {
  const disk = Buffer.from(DISK);
  for (const [header, entries] of [
    [512, ENTRIES],
    [BACKUP, (LAST - 32) * 512],
  ] as const) {
    disk.writeBigUInt64LE(BigInt(lba), entries + (number - 1) * 128 + offset);
    disk.writeUInt32LE(crc32(disk.subarray(entries, entries + 32 * 512)), header + 88);
    disk.writeUInt32LE(0, header + 16);
    disk.writeUInt32LE(crc32(disk.subarray(header, header + 92)), header + 16);
  }
  return disk;
}
const FORGED: readonly (readonly [sentence: string, disk: Buffer, field: string])[] = [
  ['begins within the table', forgedEntry(1, 32, 0), 'partition.1.firstLba'],
  ['ends behind the usable sectors', forgedEntry(3, 40, LAST), 'partition.3.lastLba'],
  ['ends before it begins', forgedEntry(2, 40, 2048), 'partition.2.lastLba'],
];
for (const [sentence, disk, field] of FORGED) {
  test(`a partition that ${sentence} is found`, () => {
    const fields = validateGpt(inMemory(disk)).map((problem) => problem.field);
    assert.ok(fields.includes(field), fields.join(', '));
  });
}

const IMPOSSIBLE: readonly (readonly [sentence: string, change: Partial<GptPartition>])[] = [
  ['before the usable sectors', { firstLba: 33 }],
  ['behind the usable sectors', { lastLba: TABLE.sectors - 33 }],
  ['of no sector', { lastLba: BOOT.firstLba - 1 }],
  ['with a name of 37 characters', { name: 'x'.repeat(37) }],
];
for (const [sentence, change] of IMPOSSIBLE) {
  test(`no partition ${sentence} is written`, () => {
    assert.throws(() => encodeGpt({ ...TABLE, partitions: [{ ...BOOT, ...change }] }), RangeError);
  });
}

test('a name of 36 characters, not all of them Latin, is kept', () => {
  const name = `${'ű'.repeat(35)}x`;
  const partition = { type: PARTITION_TYPE.linux, id: parseGuid('00000000-0000-0000-0000-000000000001'), firstLba: 2048, lastLba: 4095, name };
  const [read] = readGpt(inMemory(diskOf({ ...TABLE, partitions: [partition] })), 1)?.partitions ?? [];
  assert.equal(read?.name, name);
});
