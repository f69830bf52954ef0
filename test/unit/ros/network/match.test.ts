import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchOf } from '../../../../overlays/ros/network/match.ts';

const MAC = '52:54:00:12:34:56';
const link = (name: string, kind?: string) => ({ name, mac: MAC, ...(kind === undefined ? {} : { kind }) });

const MATCHES: readonly (readonly [string, readonly string[], Parameters<typeof matchOf>[1], string | undefined])[] = [
  ['an exact name beats a pattern', ['eth*', 'eth0'], link('eth0'), 'eth0'],
  ['a hardware address beats the exact name', ['eth0', `mac:${MAC}`], link('eth0'), `mac:${MAC}`],
  ['a hardware address may be written as in RancherOS 1, and in capitals', [`mac=${MAC.toUpperCase()}`], link('eth3'), `mac=${MAC.toUpperCase()}`],
  ['a hardware address may be written with dashes', [`mac:${MAC.replaceAll(':', '-')}`], link('eth3'), `mac:${MAC.replaceAll(':', '-')}`],
  ['another hardware address is none', ['mac:52:54:00:00:00:01'], link('eth0'), undefined],
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

test('`match` stands in for the key', () => {
  assert.equal(matchOf({ inner: { match: 'eth1' }, outer: { match: 'eth*' } }, link('eth1'))?.key, 'inner');
});
