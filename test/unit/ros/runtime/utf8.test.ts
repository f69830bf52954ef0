import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8Bytes, utf8Length, utf8Text } from '../../../../overlays/ros/runtime/utf8.ts';

const TEXTS = ['', 'plain', 'é', '€uro', '😀 x 😀', '\u{10ffff}\u{10000}\uffff\u07ff\u0800\u0080\u007f', 'a\ud800b', '\udc00', '\ud800\ud800\udc00', 'long é '.repeat(3000)];

test('bytes of a text are those that Node makes of it', () => {
  for (const text of TEXTS) {
    assert.deepEqual(Buffer.from(utf8Bytes(text)), Buffer.from(text));
    assert.equal(utf8Length(text), Buffer.byteLength(text));
  }
});

test('text of bytes is what it was made of', () => {
  for (const text of TEXTS) assert.equal(utf8Text(utf8Bytes(text)), Buffer.from(text).toString());
});

test('bytes that are no UTF-8 become the sign of what is not known, and take nothing with them', () => {
  for (const bytes of [[0x80], [0xff, 0x61], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
    const text = utf8Text(Uint8Array.from([0x61, ...bytes, 0x62]));
    assert.match(text, /^a\ufffd+a?b$/);
  }
});
