import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, parseVersion } from '../../../pipeline/publish/version.ts';

/** From the oldest to the newest. */
const ORDER = ['v1.4.9', 'v1.5.0-dev', 'v1.5.0-rc.1', 'v1.5.0-rc.2', 'v1.5.0-rc.10', 'v1.5.0-rc.10.1', 'v1.5.0', 'v1.5.9', 'v1.5.10', 'v2.0.0'];

test('versions are ordered as semver says', () => {
  for (const [index, text] of ORDER.entries()) {
    for (const [other, otherText] of ORDER.entries()) {
      assert.equal(Math.sign(compareVersions(parseVersion(text), parseVersion(otherText))), Math.sign(index - other), `${text} against ${otherText}`);
    }
  }
});

for (const text of [
  '1.5.9',
  'v1.5',
  'v1.5.9-',
  'latest',
  'v1.5.9/..',
  'v01.5.9',
  'v1.05.9',
  'v1.5.1234567890',
  '',
  '-v1.5.9',
  'v1.5.9 ',
  'v1.5.9\n',
  'v1.5.９',
  `v${'1'.repeat(300)}.0.0`,
  `v1.5.9-${'a'.repeat(300)}`,
]) {
  test(`"${text}" is no version`, () => assert.throws(() => parseVersion(text), /is no version/));
}
