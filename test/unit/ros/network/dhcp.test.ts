import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudConfig, Network } from '../../../../overlays/ros/config/schema.ts';
import { dhcpOrders, dhcpPlan, linesOfArgs, takesByItself } from '../../../../overlays/ros/network/dhcp.ts';
import { matchOf } from '../../../../overlays/ros/network/match.ts';
import { networkOf } from '../../../../overlays/ros/network/wanted.ts';
import { machine } from '../machine.ts';

const ARGS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['-m 100', ['metric 100'], []],
  ['-4A', ['ipv4only', 'noarp'], []],
  ['-h host -t5', ['hostname host', 'timeout 5'], []],
  ['--metric 100 --nogateway --env=a=b', ['metric 100', 'nogateway', 'env a=b'], []],
  ["-i 'my vendor'", ['vendorclassid my vendor'], []],
  ['-Ld --debug eth0', ['noipv4ll'], ['-d', '--debug', 'eth0']],
];
for (const [args, lines, refused] of ARGS) {
  test(`dhcp_args “${args}” become lines of one configuration${refused.length > 0 ? ', and what no interface can say is named' : ''}`, () => {
    const said: string[] = [];
    assert.deepEqual(
      linesOfArgs('eth0', args, (_, sentence) => said.push(/“(.*)”/.exec(sentence)?.[1] ?? '')),
      lines,
    );
    assert.deepEqual(said, refused);
  });
}

function plan(interfaces: NonNullable<Network['interfaces']>, names: readonly string[], more: CloudConfig = {}) {
  const config: CloudConfig = { ...more, rancher: { network: { interfaces } } };
  const network = networkOf(config);
  const matches = new Map(
    names.flatMap((name) => {
      const match = matchOf(network.interfaces ?? {}, { name, mac: '' });
      return match === undefined ? [] : [[name, match] as const];
    }),
  );
  const system = machine({ '/etc/dhcpcd.conf': 'persistent\n' });
  return dhcpPlan(system, config, network, matches, (_, sentence) => assert.fail(sentence));
}

test('without a configuration every card of Ethernet is asked for, also one that comes later', () => {
  const { text, simple } = plan({}, ['eth0']);
  assert.match(text, /^persistent\n[\s\S]*^allowinterfaces eth0 eth\*\n$/m);
  assert.deepEqual(simple, ['eth*']);
});

test('an interface with a fixed address is kept from the pattern, before it is there', () => {
  assert.match(plan({ 'eth*': { dhcp: true }, eth1: { address: '10.0.0.1/8' } }, ['eth0']).text, /^denyinterfaces eth1$/m);
});

test('a pattern that could be about a card with an entry of its own is left to us', () => {
  assert.deepEqual(plan({ 'eth*': { dhcp: true }, 'mac:52:54:00:12:34:56': {} }, []).simple, []);
  assert.deepEqual(plan({ 'eth*': { dhcp: true }, 'eth1*': { mtu: 1400 } }, []).simple, []);
  assert.deepEqual(plan({ 'eth*': { dhcp: true, mtu: 1400 } }, []).simple, []);
});

test('where nobody asks by DHCP, dhcpcd has no interface', () => {
  assert.match(plan({ eth0: { address: '10.0.0.1/8' } }, ['eth0']).text, /^denyinterfaces \*$/m);
});

test('arguments stand below the name of the interface, at the end', () => {
  assert.match(plan({ 'eth*': { dhcp: true, dhcp_args: '-m 5' } }, ['eth0']).text, /^interface eth0\nmetric 5\n$/m);
});

test('a name that was given is kept; else the network may give one', () => {
  assert.match(plan({}, [], { hostname: 'mine' }).text, /^nohook hostname$/m);
  assert.match(plan({}, []).text, /^env hostname_default=rancher$/m);
});

test('dhcpcd is told only about interfaces that changed', () => {
  const next = plan({ eth0: { dhcp: true }, eth1: { dhcp: true, dhcp_args: '-m 5' }, eth3: { dhcp: true } }, ['eth0', 'eth1', 'eth3']);
  const before = new Map([
    ['eth0', ''],
    ['eth1', ''],
    ['eth2', ''],
  ]);
  assert.deepEqual(dhcpOrders(before, next, { taken: () => false, configured: [] }), ['dhcp -k eth2', 'dhcp -n eth1', 'dhcp -n eth3']);
  assert.deepEqual(dhcpOrders(before, next, { taken: (name) => name === 'eth3', configured: ['eth0', 'eth1', 'eth3'] }), ['dhcp -k eth2', 'dhcp -n eth1']);
});

test('dhcpcd leaves an interface with a fixed address that it may have taken before anybody said so', () => {
  const next = plan({ eth0: { address: '10.0.0.2/24' }, eth1: { dhcp: true } }, ['eth0', 'eth1']);
  assert.deepEqual(dhcpOrders(new Map(), next, { taken: () => true, configured: ['eth0', 'eth1'] }), ['dhcp -k eth0']);
});

test('what dhcpcd takes by itself is told by its own configuration', () => {
  const text = 'denyinterfaces veth*\nallowinterfaces eth0 eth*\ndenyinterfaces eth1\n';
  assert.deepEqual(
    ['eth0', 'eth7', 'eth1', 'wlan0', 'veth0'].filter((name) => takesByItself(text, name)),
    ['eth0', 'eth7'],
  );
});
