import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../../pipeline/writers/text.ts';
import { runWriter } from '../trees/sample.ts';

test('a text is written as it is', async () => {
  const made = await runWriter(write, { inputs: {}, outputs: ['text'], options: { text: '#!ipxe\nü' } });
  assert.equal(made['text']?.toString(), '#!ipxe\nü');
});
