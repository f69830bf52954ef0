import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../../pipeline/steps/concat/write.ts';
import { runWriter } from '../trees/sample.ts';

const inputs = { 'part/a': Buffer.from('aaaaa'), 'part/b': Buffer.from('bb'), 'part/none': Buffer.alloc(0) };
const JOINS: readonly (readonly [string, readonly string[], string])[] = [
  ['files follow one another', ['a', 'b'], 'aaaaabb'],
  ['an empty file is nothing', ['none', 'none', 'a'], 'aaaaa'],
  ['one input may come twice', ['b', 'b'], 'bbbb'],
  ['nothing joined is an empty file', [], ''],
];
for (const [sentence, parts, expected] of JOINS) {
  test(sentence, async () => {
    const made = await runWriter(write, { inputs, outputs: ['file'], options: { parts } });
    assert.equal(made.file.toString(), expected);
  });
}
