import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCpioHeader, encodeCpioTrailer, indexCpio } from '../../../pipeline/formats/cpio.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { failure } from '../trees/sample.ts';

const ENTRY = { path: 'init', mode: 0o100755, uid: 0, gid: 0, mtime: 1_704_067_200, size: 5, inode: 7, links: 1 };
const ONE = Buffer.concat([encodeCpioHeader(ENTRY), Buffer.from('hello\0\0\0'), encodeCpioTrailer()]);

test('a header is 110 characters, the name with its NUL, and zeros up to a multiple of four', () => {
  const bytes = Buffer.from(encodeCpioHeader(ENTRY));
  assert.equal(bytes.toString('latin1'), `070701${'00000007'}${'000081ED'}${'00000000'}${'00000000'}${'00000001'}${'65920080'}${'00000005'}${'00000000'.repeat(4)}${'00000005'}${'00000000'}init\0\0`);
  assert.equal(bytes.length % 4, 0);
});

test('archives that lie one after another, with zeros between, are read as one', () => {
  const entries = indexCpio(inMemory(Buffer.concat([ONE, Buffer.alloc(512), ONE, Buffer.alloc(12)])), 'it');
  assert.deepEqual(
    entries.map(({ path, size, inode }) => [path, size, inode]),
    [
      ['init', 5, 7],
      ['init', 5, 7],
    ],
  );
});

const BAD: readonly (readonly [string, Buffer])[] = [
  ['of another kind', Buffer.from('070707'.padEnd(200, '0'))],
  ['without a trailer', ONE.subarray(0, 124)],
  ['cut within contents', ONE.subarray(0, 118)],
  ['with something after its trailer', Buffer.concat([ONE, Buffer.from('junk')])],
  ['with a number that is none', Buffer.from(ONE.toString('latin1').replace('000081ED', '0000x1ED'), 'latin1')],
  ['with an endless name', Buffer.from(ONE.toString('latin1').replace('0000000500000000init', 'FFFFFFFF00000000init'), 'latin1')],
];
for (const [sentence, bytes] of BAD) {
  test(`an archive ${sentence} is refused`, () => {
    assert.throws(() => indexCpio(inMemory(bytes), 'it'), failure('wrong-bytes', /^it /));
  });
}

test('numbers of more than 32 bits are refused as a bug', () => {
  assert.throws(() => encodeCpioHeader({ ...ENTRY, size: 2 ** 32 }), RangeError);
});
