import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileCapability } from '../../../pipeline/formats/file-capability.ts';

/** `struct vfs_cap_data` written out by hand; the first is what `setcap cap_net_raw=ep` leaves behind. */
const VALUES: readonly (readonly [readonly string[], string])[] = [
  [['cap_net_raw'], '0100000200200000000000000000000000000000'],
  [['cap_net_bind_service'], '0100000200040000000000000000000000000000'],
  [['cap_setuid'], '0100000280000000000000000000000000000000'],
  [['cap_setfcap'], '0100000200000080000000000000000000000000'],
  [['cap_syslog'], '0100000200000000000000000400000000000000'],
  [['cap_net_admin', 'cap_net_raw'], '0100000200300000000000000000000000000000'],
];
for (const [names, hex] of VALUES) {
  test(`${names.join(' and ')} is written as the kernel reads it`, () => {
    assert.equal(Buffer.from(fileCapability(names) ?? []).toString('hex'), hex);
  });
}

test('an unknown capability has no value', () => {
  assert.equal(fileCapability(['cap_fly']), undefined);
});
