import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalAddress, overlaps, parseSubnet } from '../../../../overlays/ros/network/subnet.ts';

const OVERLAPS: readonly (readonly [string, string, boolean])[] = [
  ['172.17.0.0/16', '172.17.5.0/24', true],
  ['172.17.5.0/24', '172.17.0.0/16', true],
  ['172.16.0.0/12', '172.31.255.255', true],
  ['172.17.0.0/16', '172.18.0.0/16', false],
  ['0.0.0.0/0', '10.0.0.0/8', true],
  ['fd00::/8', 'fd12::1', true],
  ['::/0', '10.0.0.0/8', false],
];
for (const [one, other, expected] of OVERLAPS) {
  test(`${one} and ${other} ${expected ? 'overlap' : 'do not overlap'}`, () => {
    const [first, second] = [parseSubnet(one), parseSubnet(other)];
    assert.ok(first && second);
    assert.equal(overlaps(first, second), expected);
  });
}

const NONE = ['', '10.0.0', '10.0.0.256', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::1::2', 'fd00:1', '1:2:3:4:5:6:7:8:9', 'fd00::/129', 'eth0', '10.0.0.01'];
for (const text of NONE) test(`“${text}” is no range of addresses`, () => assert.equal(parseSubnet(text), undefined));

const SPELLINGS: readonly (readonly [string, string])[] = [
  ['192.168.1.10/24', '192.168.1.10/24'],
  ['FD00:0:0:0:0:0:0:1/64', 'fd00:0:0:0:0:0:0:1/64'],
  ['fd00:0000:0001::0001/64', 'fd00:0:1:0:0:0:0:1/64'],
  ['::ffff:10.0.0.1/128', '0:0:0:0:0:ffff:a00:1/128'],
  ['fe80::/64', 'fe80:0:0:0:0:0:0:0/64'],
];
for (const [written, spelled] of SPELLINGS) test(`${written} is compared as ${spelled}`, () => assert.equal(canonicalAddress(written), spelled));

test('an address without a prefix has no spelling with one', () => assert.equal(canonicalAddress('10.0.0.1'), undefined));
