import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../../pipeline/writers/concat.ts';
import { failure, runWriter } from '../trees/sample.ts';

const inputs = { a: Buffer.from('aaaaa'), b: Buffer.from('bb'), none: Buffer.alloc(0) };
const JOINS: readonly (readonly [string, readonly { readonly input: string; readonly align?: number }[], number | undefined, string])[] = [
  ['files follow one another', [{ input: 'a' }, { input: 'b' }], undefined, 'aaaaabb'],
  ['a part begins at a multiple of its alignment', [{ input: 'a' }, { input: 'b', align: 4 }], undefined, 'aaaaa\0\0\0bb'],
  ['no zeros come where nothing has to be filled', [{ input: 'b' }, { input: 'b', align: 2 }], undefined, 'bbbb'],
  ['the end may be aligned too', [{ input: 'a' }], 8, 'aaaaa\0\0\0'],
  ['an empty file is nothing', [{ input: 'none' }, { input: 'none', align: 512 }, { input: 'a' }], undefined, 'aaaaa'],
  ['one input may come twice', [{ input: 'b' }, { input: 'b' }], undefined, 'bbbb'],
  ['nothing joined is an empty file', [], 512, ''],
];
for (const [sentence, parts, alignEnd, expected] of JOINS) {
  test(sentence, async () => {
    const made = await runWriter(write, { inputs, outputs: ['file'], options: { parts, alignEnd } });
    assert.equal(made['file']?.toString(), expected);
  });
}

test('an alignment of zero is refused', async () => {
  await assert.rejects(runWriter(write, { inputs, outputs: ['file'], options: { parts: [{ input: 'a', align: 0 }] } }), failure('configuration', /parts\[0\]\.align must be at least 1/));
});
