import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { diskPieces } from '../../../pipeline/disks/disk-pieces.ts';
import { type Content, type FileSlice, patched, sizeOf } from '../../../pipeline/disks/file-slice.ts';
import { FileSource } from '../../../pipeline/io/file-source.ts';
import { scratch } from '../trees/sample.ts';

function slice(size: number): FileSlice {
  const path = scratch();
  writeFileSync(path, Buffer.alloc(size, 'input'));
  return { input: 'boot', source: new FileSource(path), start: 0, size };
}

const shown = (contents: readonly Content[]) => contents.map((content) => (content instanceof Uint8Array ? Buffer.from(content).toString() : `${content.input} ${content.start}+${content.size}`));

const WHOLE = slice(100);
const at = (offset: number, text: string) => ({ offset, bytes: Buffer.from(text) });

test('a patched input is what lies between its patches, and they', () => {
  assert.deepEqual(shown(patched(WHOLE, [])), ['boot 0+100']);
  assert.deepEqual(shown(patched(WHOLE, [at(50, 'later'), at(7, 'first')])), ['boot 0+7', 'first', 'boot 12+38', 'later', 'boot 55+45']);
  assert.deepEqual(shown(patched(WHOLE, [at(0, 'front'), at(95, 'the e')])), ['front', 'boot 5+90', 'the e']);
  const part = { ...WHOLE, start: 10, size: 20 };
  assert.deepEqual(shown(patched(part, [at(5, 'x')])), ['boot 10+5', 'x', 'boot 16+14']);
  assert.equal(
    patched(part, [at(5, 'x')]).reduce((sum, each) => sum + sizeOf(each), 0),
    20,
  );
});

for (const [sentence, patches] of [
  ['overlap', [at(10, 'abcdef'), at(12, 'x')]],
  ['leave their input', [at(98, 'abc')]],
] as const) {
  test(`patches that ${sentence} are a bug`, () => assert.throws(() => patched(WHOLE, patches), RangeError));
}

const DISK = {
  contents: [
    { offset: 512, content: Buffer.from('bytes') },
    { offset: 1024, content: WHOLE },
  ],
};

test('a part of a disk is zeros, bytes and parts of inputs', () => {
  assert.deepEqual(diskPieces(DISK, 0, 2048), [{ zeros: 512 }, { bytes: 'Ynl0ZXM=' }, { zeros: 507 }, { input: 'boot', offset: 0, size: 100 }, { zeros: 924 }]);
  assert.deepEqual(diskPieces(DISK, 514, 1030), [{ bytes: 'dGVz' }, { zeros: 507 }, { input: 'boot', offset: 0, size: 6 }]);
  assert.deepEqual(diskPieces(DISK, 1050, 1060), [{ input: 'boot', offset: 26, size: 10 }]);
  assert.deepEqual(diskPieces(DISK, 600, 600), []);
});

test('contents of a disk that overlap are a bug', () => {
  const contents = [...DISK.contents, { offset: 1100, content: Buffer.alloc(100) }];
  assert.throws(() => diskPieces({ contents }, 0, 2048), RangeError);
});
