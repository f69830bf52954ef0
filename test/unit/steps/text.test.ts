import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../../pipeline/steps/text/write.ts';
import { runWriter } from '../trees/sample.ts';

test('a text is written as it is', async () => {
  const made = await runWriter(write, { inputs: {}, outputs: ['text'], options: { text: '#!ipxe\nü' } });
  assert.equal(made['text']?.toString(), '#!ipxe\nü');
});
