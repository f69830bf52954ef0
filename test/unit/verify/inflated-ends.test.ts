import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { inflatedEnds } from '../../../pipeline/verify/inflated-ends.ts';

const MIB = 1 << 20;

test('the ends of what was unpacked are kept, however much lies between them', async () => {
  const bytes = Buffer.alloc(24 * MIB);
  bytes[0] = 1;
  bytes[bytes.length - 4 * MIB] = 2;
  bytes[bytes.length - 1] = 3;
  for (const [packed, format] of [
    [deflateRawSync(bytes), 'deflate-raw'],
    [gzipSync(bytes), 'gzip'],
  ] as const) {
    const { size, head, tail } = await inflatedEnds(inMemory(packed), format);
    assert.equal(size, bytes.length);
    assert.deepEqual([head.length, head[0], tail.length, tail[0], tail.at(-1)], [4 * MIB, 1, 4 * MIB, 2, 3]);
  }
});

test('bytes behind the end of a stream are refused', async () => {
  const packed = Buffer.concat([deflateRawSync('abc'), Buffer.from('junk')]);
  await assert.rejects(inflatedEnds(inMemory(packed), 'deflate-raw'), /ends after 5 of 9 bytes/);
});

test('a stream that was cut is refused', async () => {
  const packed = gzipSync(Buffer.alloc(MIB, 'x'));
  await assert.rejects(inflatedEnds(inMemory(packed.subarray(0, packed.length - 9)), 'gzip'));
});
