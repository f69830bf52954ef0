import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CloudConfig, Network } from '../../../../overlays/ros/config/schema.ts';
import { dhcpOrders, dhcpPlan, linesOfArgs, takesByItself } from '../../../../overlays/ros/network/dhcp.ts';
import { matchOf } from '../../../../overlays/ros/network/interface-match.ts';
import { networkOf } from '../../../../overlays/ros/network/network-config.ts';
import { projectFolder } from '../../../rig/project.ts';
import { machine } from '../machine.ts';

const ARGS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['-m 100', ['metric 100'], []],
  ['-4A', ['ipv4only', 'noarp'], []],
  ['-h host -t5', ['hostname host', 'timeout 5'], []],
  ['--metric 100 --nogateway --env=a=b', ['metric 100', 'nogateway', 'env a=b'], []],
  ["-i 'my vendor'", ['vendorclassid my vendor'], []],
  ['-Ld --debug eth0', ['noipv4ll'], ['-d', '--debug', 'eth0']],
  ['dhcpcd -MA4 -e force_hostname=true', ['noarp', 'ipv4only', 'env force_hostname=true'], []],
  ['/sbin/dhcpcd -w --metric 5 dhcpcd', ['metric 5'], ['dhcpcd']],
  ['-i RancherOS -I 01:52:54:00:12:34:56 -t 30 -4', ['vendorclassid RancherOS', 'clientid 01:52:54:00:12:34:56', 'timeout 30', 'ipv4only'], []],
  ['--nogateway --metric 900', ['nogateway', 'metric 900'], []],
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

const RELEASE = readFileSync(join(projectFolder, 'overlays/system/etc/dhcpcd.conf'), 'utf8');

function plan(interfaces: NonNullable<Network['interfaces']>, names: readonly string[], more: CloudConfig = {}, base = 'clientid\n') {
  const config: CloudConfig = { ...more, rancher: { network: { interfaces } } };
  const network = networkOf(config);
  const matches = new Map(
    names.flatMap((name) => {
      const match = matchOf(network.interfaces ?? {}, { name, mac: '' });
      return match === undefined ? [] : [[name, match] as const];
    }),
  );
  const system = machine({ '/etc/dhcpcd.conf': base });
  return dhcpPlan(system, config, network, matches, (_, sentence) => assert.fail(sentence));
}

test('without a configuration every card of Ethernet is asked for, also one that comes later', () => {
  const { text, simple } = plan({}, ['eth0']);
  assert.match(text, /^allowinterfaces eth0 eth\*$[\s\S]*^clientid$/m);
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

test('an interface with a fixed address is no matter of orders: dhcpcd has left it before it was set, and would take the address away now', () => {
  const next = plan({ eth0: { address: '10.0.0.2/24' }, eth1: { dhcp: true } }, ['eth0', 'eth1']);
  assert.deepEqual(dhcpOrders(new Map([['eth0', '']]), next, { taken: () => true, configured: ['eth0', 'eth1'] }), []);
});

for (const name of ['br-lan', 'virbr1', 'cni0', 'tun0', 'tap7', 'wg0', 'flannel.1', 'docker7']) {
  test(`${name} is asked for where it is configured, although dhcpcd is to leave such names alone`, () => {
    const { text } = plan({ [name]: { dhcp: true } }, [name], {}, RELEASE);
    assert.ok(takesByItself(text, name), text);
    const others = ['veth1', 'docker0', 'br-0123456789ab', 'eth0'];
    assert.deepEqual(
      others.filter((other) => takesByItself(text, other)),
      [],
    );
  });
}

test("a pattern of everything does not reach Docker's bridges when a bridge of a similar name is asked for", () => {
  const { text } = plan({ '*': { dhcp: true }, 'br-lan': { dhcp: true } }, ['eth0', 'br-lan'], {}, RELEASE);
  assert.deepEqual(
    ['eth0', 'br-lan', 'br-0123456789ab', 'veth1'].filter((name) => takesByItself(text, name)),
    ['eth0', 'br-lan'],
  );
});

test('what dhcpcd takes by itself is told by its own configuration', () => {
  const text = 'denyinterfaces veth*\nallowinterfaces eth0 eth*\ndenyinterfaces eth1\n';
  assert.deepEqual(
    ['eth0', 'eth7', 'eth1', 'wlan0', 'veth0'].filter((name) => takesByItself(text, name)),
    ['eth0', 'eth7'],
  );
});
