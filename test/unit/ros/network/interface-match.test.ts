import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchOf } from '../../../../overlays/ros/network/interface-match.ts';

const MAC = '52:54:00:12:34:56';
const link = (name: string, kind?: string) => ({ name, mac: MAC, ...(kind === undefined ? {} : { kind }) });

const MATCHES: readonly (readonly [string, readonly string[], Parameters<typeof matchOf>[1], string | undefined])[] = [
  ['an exact name beats a pattern', ['eth*', 'eth0'], link('eth0'), 'eth0'],
  ['a hardware address beats the exact name', ['eth0', `mac:${MAC}`], link('eth0'), `mac:${MAC}`],
  ['a hardware address may be written as in RancherOS 1, and in capitals', [`mac=${MAC.toUpperCase()}`], link('eth3'), `mac=${MAC.toUpperCase()}`],
  ['a hardware address may be written with dashes', [`mac:${MAC.replaceAll(':', '-')}`], link('eth3'), `mac:${MAC.replaceAll(':', '-')}`],
  ['another hardware address is none', ['mac:52:54:00:00:00:01'], link('eth0'), undefined],
  ['a pattern of hardware addresses fits as in RancherOS 1', ['mac:52:54:*'], link('eth3'), 'mac:52:54:*'],
  ['a pattern of hardware addresses may be written in capitals and with dashes', ['mac=52-54-00-1?-*'], link('eth3'), 'mac=52-54-00-1?-*'],
  ['a pattern of hardware addresses beats the exact name', ['eth0', 'mac:52:*'], link('eth0'), 'mac:52:*'],
  ['the narrower pattern of hardware addresses wins', ['mac:52:*', 'mac:52:54:00:*'], link('eth0'), 'mac:52:54:00:*'],
  ['a whole hardware address beats a pattern', ['mac:52:*', `mac:${MAC}`], link('eth0'), `mac:${MAC}`],
  ['a pattern of other hardware addresses is none', ['mac:52:55:*'], link('eth0'), undefined],
  ['no pattern of hardware addresses is about a bridge', ['mac:52:*'], link('br0', 'bridge'), undefined],
  ['no pattern of hardware addresses is about the loopback', ['mac:*'], link('lo'), undefined],
  ["no pattern of hardware addresses is about Docker's interfaces", ['mac:*'], link('veth12', 'veth'), undefined],
  ['a bond is not its member, whose hardware address it has', [`mac:${MAC}`, 'bond0'], link('bond0', 'bond'), 'bond0'],
  ['the narrower pattern wins', ['*', 'eth*', 'eth1*'], link('eth12'), 'eth1*'],
  ['a question mark stands for one letter', ['eth?'], link('eth12'), undefined],
  ['a dot stands for itself', ['eth*.100'], link('eth1x100'), undefined],
  ['the loopback takes no pattern', ['*'], link('lo'), undefined],
  ['the loopback has its own name', ['*', 'lo'], link('lo'), 'lo'],
  ["Docker's interfaces take no pattern", ['*', 'v*'], link('veth1234', 'veth'), undefined],
  ["a bridge of Docker's takes no pattern", ['br-*'], link('br-0123456789ab', 'bridge'), undefined],
];
for (const [sentence, keys, one, key] of MATCHES) {
  test(sentence, () => assert.equal(matchOf(Object.fromEntries(keys.map((each) => [each, {}])), one)?.key, key));
}

test('a pattern of hardware addresses may stand in `match`', () => {
  assert.equal(matchOf({ site: { match: 'mac:52:54:*' } }, link('eth1'))?.key, 'site');
});

test('`match` stands in for the key', () => {
  assert.equal(matchOf({ inner: { match: 'eth1' }, outer: { match: 'eth*' } }, link('eth1'))?.key, 'inner');
});
