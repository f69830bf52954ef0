import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../../pipeline/core/json.ts';
import { readFat32 } from '../../../pipeline/formats/fat-reader.ts';
import { APPEND_SIZE, appendSettings } from '../../../pipeline/formats/grub-settings.ts';
import { type InstallParts, parseInstallParts, placeInRest } from '../../../pipeline/formats/install-parts.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { failure } from '../trees/sample.ts';
import { samplePlan } from './sample-disk.ts';

const PARTS: InstallParts = {
  version: 'v1.2.3',
  plan: samplePlan(),
  files: [{ path: 'boot/vmlinuz', size: 5, sha256: 'ab', offset: 4096 }],
  rest: [
    { offset: 0, length: 100 },
    { offset: 8192, length: 10 },
  ],
  append: { offset: 8192, length: 4 },
};

test('the description of an installation survives JSON', () => {
  assert.deepEqual(parseInstallParts(JSON.parse(JSON.stringify(PARTS)) as Json, 'it'), PARTS);
});

const BROKEN: readonly (readonly [sentence: string, change: object])[] = [
  ['no plan', { plan: undefined }],
  ['no files', { files: undefined }],
  ['a file without a size', { files: [{ ...PARTS.files[0], size: '5' }] }],
  ['a piece before the start', { rest: [{ offset: -1, length: 3 }] }],
  ['no place for arguments', { append: null }],
];
for (const [sentence, change] of BROKEN)
  test(`a description with ${sentence} is refused`, async () => {
    await assert.rejects(async () => parseInstallParts(JSON.parse(JSON.stringify({ ...PARTS, ...change })) as Json, 'install.json'), failure('wrong-bytes', /install\.json/));
  });

test('a byte of the boot file system has its place in the rest, or none', async () => {
  assert.deepEqual(
    [0, 99, 8192, 8201].map((offset) => placeInRest(PARTS, offset)),
    [0, 99, 100, 109],
  );
  for (const offset of [100, 4096, 8191, 8202]) await assert.rejects(async () => placeInRest(PARTS, offset), failure('wrong-bytes', /no piece/));
});

test('append.cfg has one size, whatever it says, and takes no more than a kernel does', () => {
  assert.equal(appendSettings('').length, APPEND_SIZE);
  assert.match(appendSettings('quiet rancher.x=[a]'), /^set append='quiet rancher\.x=\[a\]'\n+$/);
  assert.equal(appendSettings('x'.repeat(2000)).length, APPEND_SIZE);
  assert.throws(() => appendSettings('x'.repeat(2048)), RangeError);
});

test('what is no FAT32 is refused', async () => {
  await assert.rejects(async () => readFat32(inMemory(Buffer.alloc(512))), failure('wrong-bytes', /no FAT32/));
});

/** The smallest thing with a table: one sector of each, clusters of one sector. */
function tinyFat(table: readonly number[]): Buffer {
  const bytes = Buffer.alloc(512 * 8);
  bytes.writeUInt16LE(512, 11);
  bytes[13] = 1;
  bytes.writeUInt16LE(1, 14);
  bytes[16] = 1;
  bytes.writeUInt32LE(1, 36);
  bytes.writeUInt32LE(2, 44);
  bytes.set([0x55, 0xaa], 510);
  for (const [index, value] of table.entries()) bytes.writeUInt32LE(value, 512 + index * 4);
  // The root folder, cluster 2: a file of three clusters that begins at 3.
  bytes.write('FILE    TXT', 1024, 'latin1');
  bytes[1024 + 12] = 0x18;
  bytes.writeUInt16LE(3, 1024 + 26);
  bytes.writeUInt32LE(1100, 1024 + 28);
  return bytes;
}

const END = 0x0fffffff;

test('a file in pieces is found in its pieces, with the case of its short name', () => {
  assert.deepEqual(readFat32(inMemory(tinyFat([0, 0, END, 5, 0, 6, END]))), [
    {
      path: 'file.txt',
      size: 1100,
      extents: [
        { offset: 1536, length: 512 },
        { offset: 2560, length: 588 },
      ],
    },
  ]);
});

for (const [sentence, table] of [
  ['ends too early', [0, 0, END, END]],
  ['goes in a circle', [0, 0, END, 4, 3]],
  ['leads nowhere', [0, 0, END, 1]],
] as const)
  test(`a chain of clusters that ${sentence} is refused`, async () => {
    await assert.rejects(async () => readFat32(inMemory(tinyFat(table))), failure('wrong-bytes', /FAT file system/));
  });
