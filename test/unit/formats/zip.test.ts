import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, gzipSync, inflateRawSync } from 'node:zlib';
import { bytesPiece, pieceListText } from '../../../pipeline/core/pieces.ts';
import { crc32 } from '../../../pipeline/formats/crc32.ts';
import { gzipMember } from '../../../pipeline/formats/gzip.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { END_RECORD, type PlacedMember, zipDirectory, zipLocalHeader } from '../../../pipeline/formats/zip.ts';
import { readZip } from '../../../pipeline/formats/zip-reader.ts';
import { write } from '../../../pipeline/steps/zip/write.ts';
import { failure, runWriter } from '../trees/sample.ts';

const SECONDS = 1_704_067_200;
const TEXTS: { readonly [name: string]: Buffer } = { 'a.img': Buffer.alloc(70_000, 'a card '), 'folder/b.txt': Buffer.from('b\n') };

/** A ZIP with its members, made of the format's own functions. */
function sample(): Buffer {
  const parts: Uint8Array[] = [];
  const members: PlacedMember[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(TEXTS)) {
    const packed = deflateRawSync(text);
    const member = { name, crc32: crc32(text), packedSize: packed.length, size: text.length, offset };
    const header = zipLocalHeader(member, SECONDS);
    parts.push(header, packed);
    members.push(member);
    offset += header.length + packed.length;
  }
  return Buffer.concat([...parts, zipDirectory(members, offset, SECONDS)]);
}

test('members read back as they were, and nothing is wrong', () => {
  const { members, problems } = readZip(inMemory(sample()));
  assert.deepEqual(problems, []);
  assert.deepEqual(
    members.map(({ name, packed, packedSize }) => [name, inflateRawSync(packed.read(0, packedSize)).toString()]),
    Object.entries(TEXTS).map(([name, text]) => [name, text.toString()]),
  );
});

test('a header says version 2.0, deflate, and 2024-01-01 00:00 in MS-DOS time', () => {
  const header = Buffer.from(zipLocalHeader({ name: 'x', crc32: 0x0102_0304, packedSize: 5, size: 6 }, SECONDS));
  assert.equal(header.toString('hex'), '504b0304' + '1400' + '0000' + '0800' + '0000' + '2158' + '04030201' + '05000000' + '06000000' + '0100' + '0000' + '78');
});

const WHOLE = sample();
const DIRECTORY = WHOLE.readUInt32LE(WHOLE.length - END_RECORD + 16);
const FLIPS: readonly (readonly [sentence: string, offset: number, field: RegExp])[] = [
  ['the signature of the end', WHOLE.length - END_RECORD, /^end\.signature$/],
  ['the number of disks', WHOLE.length - END_RECORD + 4, /^end\.disks$/],
  ['one count of members', WHOLE.length - END_RECORD + 8, /^end\.count$/],
  ['the size of the directory', WHOLE.length - END_RECORD + 12, /^end\.directory$/],
  ['the start of the directory', WHOLE.length - END_RECORD + 16, /^end\.directory$/],
  ['the comment', WHOLE.length - END_RECORD + 20, /^end\.comment$/],
  ['the signature of an entry', DIRECTORY, /^directory\.0$/],
  ['the version of an entry', DIRECTORY + 6, /^a\.img\.version$/],
  ['the flags of an entry', DIRECTORY + 8, /^a\.img\.flags$/],
  ['the method of an entry', DIRECTORY + 10, /^a\.img\.method$/],
  ['the time of an entry', DIRECTORY + 12, /^a\.img\.time$/],
  ['the date of an entry', DIRECTORY + 14, /^a\.img\.date$/],
  ['the sum of an entry', DIRECTORY + 16, /^a\.img\.crc32$/],
  ['the packed size of an entry', DIRECTORY + 20, /^a\.img\.packedSize$/],
  ['the size of an entry', DIRECTORY + 24, /^a\.img\.size$/],
  ['the place of an entry', DIRECTORY + 42, /^a\.img\.offset$/],
  ['the name of an entry', DIRECTORY + 46, /\.name$/],
  ['the signature of a local header', 0, /^a\.img\.local$/],
  ['the method of a local header', 8, /^a\.img\.method$/],
  ['the size of a local header', 22, /^a\.img\.size$/],
];
for (const [sentence, offset, field] of FLIPS) {
  test(`a flipped bit in ${sentence} is found and named`, () => {
    const bytes = Buffer.from(WHOLE);
    bytes[offset] = (bytes[offset] ?? 0) ^ 1;
    const { problems } = readZip(inMemory(bytes));
    assert.ok(
      problems.some((problem) => field.test(problem.field)),
      JSON.stringify(problems),
    );
  });
}

test('a ZIP that was cut, or that something stands before, is found', () => {
  assert.notDeepEqual(readZip(inMemory(WHOLE.subarray(0, -1))).problems, []);
  assert.notDeepEqual(readZip(inMemory(Buffer.concat([Buffer.from('x'), WHOLE]))).problems, []);
  assert.notDeepEqual(readZip(inMemory(Buffer.alloc(0))).problems, []);
});

test('names that lead elsewhere, times before 1980 and sizes of ZIP64 are refused', () => {
  const member = { name: 'a', crc32: 0, packedSize: 0, size: 0 };
  for (const name of ['/a', '../a', 'a/../b', 'ä', '']) assert.throws(() => zipLocalHeader({ ...member, name }, SECONDS), RangeError);
  assert.throws(() => zipLocalHeader(member, 0), RangeError);
  assert.throws(() => zipLocalHeader({ ...member, size: 2 ** 32 }, SECONDS), RangeError);
});

const pack = (bytes: Uint8Array) => gzipSync(bytes);

test('the writer takes the stream of gzip as it is', async () => {
  const text = TEXTS['a.img'] ?? Buffer.alloc(0);
  const packed = pack(text);
  const { zip = Buffer.alloc(0) } = await runWriter(write, { inputs: { 'gzip/a.img': packed, 'pieces/a.img': pieceListText([bytesPiece(text)]) }, outputs: ['zip'], options: {} });
  const { members, problems } = readZip(inMemory(zip));
  assert.deepEqual(problems, []);
  const [member] = members;
  assert.equal(member?.crc32, crc32(text));
  assert.ok(zip.includes(packed.subarray(10, -8)));
});

test('what gzip did not pack, or packed with a name, is no member', async () => {
  const named = pack(Buffer.from('x'));
  named[3] = 8;
  for (const packed of [Buffer.from('no gzip at all, but long enough'), named, Buffer.alloc(3)]) {
    assert.throws(() => gzipMember(inMemory(packed), 'the packed a'), failure('wrong-bytes', /the packed a/));
  }
});
