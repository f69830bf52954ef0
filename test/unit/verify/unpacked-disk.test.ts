import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { crc32 } from '../../../pipeline/formats/crc32.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { withUnpacked } from '../../../pipeline/verify/unpacked-disk.ts';

const MIB = 1 << 20;

test('a stream is unpacked whole, however much of it is zeros', async () => {
  const bytes = Buffer.alloc(24 * MIB + 5);
  bytes[0] = 1;
  bytes[20 * MIB] = 2;
  bytes[bytes.length - 1] = 3;
  for (const [packed, format] of [
    [deflateRawSync(bytes), 'deflate-raw'],
    [gzipSync(bytes), 'gzip'],
  ] as const)
    await withUnpacked(inMemory(packed), { format, most: 64 * MIB }, ({ source, crc32: sum }) => {
      assert.equal(source.size, bytes.length);
      assert.deepEqual(Buffer.from(source.read(0, bytes.length)), bytes);
      assert.equal(source.read(bytes.length, 10).length, 0);
      if (format === 'deflate-raw') assert.equal(sum, crc32(bytes));
    });
});

const refused = (packed: Buffer, format: 'gzip' | 'deflate-raw', most = MIB) => withUnpacked(inMemory(packed), { format, most }, () => assert.fail('nothing is shown'));

test('bytes behind the end of a stream are refused', async () => {
  await assert.rejects(refused(Buffer.concat([deflateRawSync('abc'), Buffer.from('junk')]), 'deflate-raw'), /ends at byte 5 of 9/);
  await assert.rejects(refused(Buffer.concat([gzipSync('abc'), Buffer.alloc(4096)]), 'gzip'), /ends at byte/);
});

test('a stream that was cut is refused', async () => {
  const packed = gzipSync(Buffer.alloc(MIB, 'x'));
  await assert.rejects(refused(packed.subarray(0, packed.length - 9), 'gzip'));
});

test('a stream that unpacks to more than it may is refused before that is on the disk', async () => {
  await assert.rejects(refused(gzipSync(Buffer.alloc(8 * MIB)), 'gzip'), /more than 1048576 bytes/);
});
