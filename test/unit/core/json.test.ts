import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson, type Json } from '../../../pipeline/core/json.ts';

const ROWS: readonly (readonly [string, Json, string])[] = [
  ['sorts keys by code unit, capitals first', { b: 1, a: 2, B: 3 }, '{"B":3,"a":2,"b":1}'],
  ['keeps the order of lists', [2, 1], '[2,1]'],
  ['leaves out members that are undefined', { a: undefined, b: null }, '{"b":null}'],
  ['escapes as JSON does', 'ä"\n', '"ä\\"\\n"'],
  ['nests', { a: [{ c: true, b: false }] }, '{"a":[{"b":false,"c":true}]}'],
];

for (const [sentence, value, text] of ROWS) test(`canonical JSON ${sentence}`, () => assert.equal(canonicalJson(value), text));

for (const number of [0.5, Number.NaN, 2 ** 53]) {
  test(`canonical JSON refuses the number ${number}`, () => assert.throws(() => canonicalJson(number), RangeError));
}
