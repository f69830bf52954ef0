import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from '../../../pipeline/formats/crc32.ts';

const ROWS: readonly (readonly [string, number])[] = [
  ['', 0],
  // The check value of every catalogue of CRCs.
  ['123456789', 0xcbf4_3926],
  ['\0\0\0\0', 0x2144_df1c],
];
for (const [text, wanted] of ROWS) {
  test(`the CRC-32 of ${JSON.stringify(text)} is ${wanted.toString(16)}`, () => assert.equal(crc32(Buffer.from(text)), wanted));
}

test('a CRC goes on where another ended', () => {
  assert.equal(crc32(Buffer.from('6789'), crc32(Buffer.from('12345'))), 0xcbf4_3926);
});
