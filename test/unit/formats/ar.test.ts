import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAr } from '../../../pipeline/formats/ar.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { arOf, failure } from '../trees/sample.ts';

const ODD = { name: 'debian-binary', bytes: Buffer.from('2.0') };
const EVEN = { name: 'data.tar', bytes: Buffer.from('four') };

test('members are found with their places, also after one of odd length', () => {
  assert.deepEqual(readAr(inMemory(arOf([ODD, EVEN])), 'it'), [
    { name: 'debian-binary', offset: 68, size: 3 },
    { name: 'data.tar', offset: 132, size: 4 },
  ]);
});

test('an archive without members is one', () => {
  assert.deepEqual(readAr(inMemory(arOf([])), 'it'), []);
});

const GOOD = arOf([ODD, EVEN]);
const BAD: readonly (readonly [string, Buffer, RegExp])[] = [
  ['is no archive', Buffer.from('PK\x03\x04 and so on'), /no ar archive/],
  ['is empty', Buffer.alloc(0), /no ar archive/],
  ['is a thin archive', Buffer.from('!<thin>\n'), /no ar archive/],
  ['ends within a header', GOOD.subarray(0, 100), /cut short or damaged/],
  ['ends within a member', GOOD.subarray(0, GOOD.length - 2), /data\.tar claims 4 bytes, 2 are there/],
  ['claims a larger size', arOf([{ ...EVEN, size: 5_000_000 }]), /claims 5000000 bytes/],
  ['claims a size that is no number', Buffer.from(GOOD.toString('latin1').replace('4         `', '-4        `'), 'latin1'), /no readable size/],
  ['has one name twice', arOf([EVEN, EVEN]), /two members data\.tar/],
  ['has a folder in a name', arOf([{ name: '../etc/x', bytes: Buffer.alloc(0) }]), /unexpected name/],
  ['has thousands of members', arOf(Array.from({ length: 65 }, (_, index) => ({ name: `m${index}`, bytes: Buffer.alloc(0) }))), /more than 64 members/],
];
for (const [sentence, bytes, message] of BAD) {
  test(`an archive that ${sentence} is refused`, () => {
    assert.throws(() => readAr(inMemory(bytes), 'it'), failure('wrong-bytes', message));
  });
}
