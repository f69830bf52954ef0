import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeBase64, encodeBase64, readBytes, writeBytes } from '../../../../overlays/ros/runtime/bytes.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { machine } from '../machine.ts';

const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, index) => (index * 151 + length) % 256));

test('base64 is what Node makes of it, at every length', () => {
  for (let length = 0; length < 300; length += 1) {
    const text = bytes(length).toString('base64');
    assert.equal(encodeBase64(bytes(length)), text);
    assert.deepEqual(Buffer.from(decodeBase64(`${text}\n`)), bytes(length));
  }
});

test('bytes are read and overwritten in the middle of a file, and nothing else of it changes', () => {
  const system = machine({ '/disk': bytes(200_000) });
  assert.deepEqual(Buffer.from(readBytes(system, '/disk', { offset: 70_001, length: 70_000 })), bytes(200_000).subarray(70_001, 140_001));
  writeBytes(system, '/disk', 123_457, bytes(66_001));
  const expected = bytes(200_000);
  expected.set(bytes(66_001), 123_457);
  assert.ok(readFileSync(`${system.root}/disk`).equals(expected));
});

test('bytes behind the end are a failure, not fewer bytes', () => {
  const system = machine({ '/disk': bytes(10) });
  assert.throws(() => readBytes(system, '/disk', { offset: 5, length: 6 }), Failure);
});
