import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions } from '../../../pipeline/pins/version.ts';

/** Left, its relation to right, right: from Debian policy 5.6.12, dpkg's own tests, and versions that the archive holds. */
const TABLE: readonly (readonly [string, '<' | '=' | '>', string])[] = [
  ['1.0', '=', '1.0'],
  ['1.0', '<', '1.1'],
  ['1.9', '<', '1.10'],
  ['1.0', '<', '1.0-1'],
  ['1.0-0', '=', '1.0'],
  ['0:1.0', '=', '1.0'],
  ['1:0.1', '>', '9.9'],
  ['2:1.0', '>', '1:9.9'],
  ['10:1', '>', '9:1'],
  ['1.0~rc1', '<', '1.0'],
  ['1.0~~', '<', '1.0~'],
  ['1.0~~a', '<', '1.0~'],
  ['1.0~', '<', '1.0'],
  ['1.0', '<', '1.0a'],
  ['1.0a', '<', '1.0+'],
  ['1.0a', '<', '1.0b'],
  ['1.0A', '<', '1.0a'],
  ['1.0+b1', '>', '1.0'],
  ['1.0-1+b1', '>', '1.0-1'],
  ['1.0-1+b10', '>', '1.0-1+b9'],
  ['1.0-1+deb13u1', '>', '1.0-1'],
  ['1.0-1~deb13u1', '<', '1.0-1'],
  ['1.0-1.1', '>', '1.0-1'],
  ['1.0-1', '<', '1.0.1-1'],
  ['1.0-10', '>', '1.0-9'],
  ['1.002', '=', '1.2'],
  ['1.0', '=', '1.00'],
  ['00:1.0', '=', '1.0'],
  ['20240101', '>', '2024.01.01'],
  ['1.2-3-4', '>', '1.2-3-3'],
  ['1.2-3-4', '>', '1.2-2-9'],
  ['1.0.', '>', '1.0'],
  ['12345678901234567890', '<', '12345678901234567891'],
  ['7.6p2-4', '>', '7.6-0'],
  ['26.1.5+dfsg1-9+deb13u1', '>', '26.1.5+dfsg1-9+b9'],
  ['1.7.24~ds1-6+deb13u1', '<', '1.7.24-1'],
  ['6.12.117-1', '>', '6.12.94-1'],
  ['1:10.0.13+ds-0+deb13u1', '>', '1:10.0.2+ds-2+deb13u1'],
  ['1+2.12+9+deb13u2', '>', '1+2.12+9'],
  ['2.41-12+deb13u1', '>', '2.41-12'],
];

test('versions are ordered as dpkg orders them', () => {
  for (const [left, relation, right] of TABLE) {
    const expected = relation === '<' ? -1 : relation === '>' ? 1 : 0;
    assert.equal(Math.sign(compareVersions(left, right)), expected, `${left} ${relation} ${right}`);
    assert.equal(Math.sign(compareVersions(right, left)), expected === 0 ? 0 : -expected, `${right} against ${left}`);
  }
});
