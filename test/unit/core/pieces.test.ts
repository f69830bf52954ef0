import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesPiece, type Piece, parsePieceList, pieceListText } from '../../../pipeline/core/pieces.ts';

const textOf = (value: unknown): string => JSON.stringify(value);

test('a list of pieces reads back as it was written', () => {
  const pieces: readonly Piece[] = [bytesPiece(Buffer.from('abc')), { zeros: 5 }, { input: 'boot', offset: 7, size: 9 }];
  assert.deepEqual(parsePieceList(Buffer.from(pieceListText(pieces)).toString()), { size: 17, pieces });
});

const WRONG: readonly (readonly [string, unknown])[] = [
  ['says another size', { size: 4, pieces: [{ zeros: 5 }] }],
  ['has a piece of less than nothing', { size: 5, pieces: [{ zeros: -5 }, { zeros: 10 }] }],
  ['has half a byte', { size: 1.5, pieces: [{ zeros: 1.5 }] }],
  ['has bytes that are none', { size: 3, pieces: [{ bytes: '!!!!' }] }],
  ['begins before its input', { size: 1, pieces: [{ input: 'a', offset: -3, size: 1 }] }],
];
for (const [sentence, list] of WRONG) test(`a list that ${sentence} is a bug`, () => assert.throws(() => parsePieceList(textOf(list)), RangeError));
