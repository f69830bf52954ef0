import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { decodeGuid, encodeGuid, guidBytes, guidFromDigest, parseGuid } from '../../../pipeline/formats/guid.ts';

const ESP = parseGuid('C12A7328-F81F-11D2-BA4B-00A0C93EC93B');

test('a GUID in a partition table begins with three little-endian numbers (UEFI 2.10, appendix A)', () => {
  assert.equal(Buffer.from(encodeGuid(ESP)).toString('hex'), '28732ac11ff8d211ba4b00a0c93ec93b');
  assert.equal(Buffer.from(guidBytes(ESP)).toString('hex'), 'c12a7328f81f11d2ba4b00a0c93ec93b');
  assert.equal(decodeGuid(encodeGuid(ESP)), 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b');
});

test('a GUID of a digest is a UUID of version 8 and follows from the digest alone', () => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
    const guid = guidFromDigest(digest(text));
    assert.match(guid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(guid, guidFromDigest(digest(text)));
    assert.notEqual(guid, guidFromDigest(digest(`${text}.`)));
  }
});

for (const text of ['', 'c12a7328f81f11d2ba4b00a0c93ec93b', '{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}', 'c12a7328-f81f-11d2-ba4b-00a0c93ec93g']) {
  test(`${JSON.stringify(text)} is no GUID`, () => assert.throws(() => parseGuid(text), RangeError));
}
