import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownFields } from '../../../pipeline/verify/release.ts';

const wrong = (field: string) => ({ field, message: `${field} is wrong.` });

test('of the entries of a table the first is told, and how many more are wrong', () => {
  const entries = Array.from({ length: 5000 }, (_, index) => wrong(`l2.${index + 7}`));
  assert.deepEqual(shownFields([wrong('size'), ...entries, wrong('l1.0')]), ['size is wrong.', 'l2.7 is wrong. (and 4999 more of l2.N)', 'l1.0 is wrong.']);
});

test('of many kinds of fields ten are told', () => {
  const kinds = Array.from('abcdefghijklm', wrong);
  assert.deepEqual(shownFields(kinds).slice(9), ['j is wrong.', 'and 3 more kinds of fields']);
});
