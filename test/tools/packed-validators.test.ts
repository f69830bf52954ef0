import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../pipeline/formats/crc32.ts';
import { inMemory } from '../../pipeline/formats/random-access.ts';
import { CENTRAL_HEADER, LOCAL_HEADER, zipDirectory, zipLocalHeader } from '../../pipeline/formats/zip.ts';
import { validateZstd } from '../../pipeline/verify/compressed.ts';
import { validateZip } from '../../pipeline/verify/zip.ts';
import { oracleOutput } from '../rig/tools.ts';
import { scratch } from '../unit/trees/sample.ts';
import { mutations } from './mutations.ts';

const [plain, packed] = [scratch(), scratch()];
// Two blocks: what does not repeat fills the first.
writeFileSync(plain, Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * index) % 251)));
await oracleOutput(['zstd', '-3', '--long=27', '--quiet', '--single-thread', '--no-progress', '-f', '-o', packed, plain]);
const zstd = readFileSync(packed);
mutations(
  'a file of zstd',
  zstd,
  validateZstd,
  [
    ['frame.magic', 0],
    ['frame.checksum', 4, (zstd[4] ?? 0) & ~4],
    ['frame.reserved', 4, (zstd[4] ?? 0) | 8],
    ['frame.block', blockAt(zstd), (zstd[blockAt(zstd)] ?? 0) | 6],
  ],
  3,
);
test('a file of zstd whose sum is cut is found where the frame ends', () => {
  assert.deepEqual(
    validateZstd(inMemory(zstd.subarray(0, zstd.length - 2))).map(({ field }) => field),
    ['frame.end'],
  );
});

/** Where the first block of a frame begins (RFC 8878 §3.1.1.1). */
function blockAt(bytes: Buffer): number {
  const descriptor = bytes[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  return 5 + (isSingle ? 0 : 1) + ([isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0);
}

const CONTENT = Buffer.from('a disk of a few bytes'.repeat(20));
const STREAM = deflateRawSync(CONTENT);
const member = { name: 'disk.img', crc32: crc32(CONTENT), packedSize: STREAM.length, size: CONTENT.length };
const SECONDS = 1_600_000_000;
const local = Buffer.concat([zipLocalHeader(member, SECONDS), STREAM]);
const zip = Buffer.concat([local, zipDirectory([{ ...member, offset: 0 }], local.length, SECONDS)]);
const data = LOCAL_HEADER + member.name.length;
mutations(
  'a ZIP',
  zip,
  validateZip,
  [
    ['end.signature', zip.length - 22],
    ['disk.img.name', LOCAL_HEADER],
    ['disk.img.method', local.length + 10, 0],
    ['disk.img.version', local.length + 6, 45],
    ['disk.img.crc32', local.length + 16],
    ['disk.img.size', local.length + 24],
    ['disk.img.packedSize', local.length + 20],
    ['disk.img.data', data, 0xff],
    ['eisk.img.name', local.length + CENTRAL_HEADER],
  ],
  30,
);
