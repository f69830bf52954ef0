import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base64, base64OfBytes } from '../../../../overlays/ros/runtime/base64.ts';

test('texts of all lengths and alphabets are what Node makes of them', () => {
  for (const text of ['', 'a', 'ab', 'abc', 'user:pässword', '😀', 'a😀b', '\ud83d', '\0\n\x7f']) assert.equal(base64(text), Buffer.from(text).toString('base64'), JSON.stringify(text));
});

test('each character of a text of bytes is one byte', () => {
  const bytes = Buffer.from(Array.from({ length: 257 }, (_, index) => (index * 7) & 0xff));
  for (const end of [0, 1, 2, 3, 256, 257]) assert.equal(base64OfBytes(bytes.subarray(0, end).toString('latin1')), bytes.subarray(0, end).toString('base64'));
});
