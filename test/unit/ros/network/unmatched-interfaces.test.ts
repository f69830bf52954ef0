import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudConfig } from '../../../../overlays/ros/config/schema.ts';
import type { Link } from '../../../../overlays/ros/network/links.ts';
import { networkOf } from '../../../../overlays/ros/network/network-config.ts';
import { unfitting, unfittingText, withFallback } from '../../../../overlays/ros/network/unmatched-interfaces.ts';
import { machine } from '../machine.ts';

const link = (name: string, kind?: string): Link => ({
  name,
  index: 2,
  mac: '52:54:00:12:34:56',
  mtu: 1500,
  isUp: true,
  hasCarrier: true,
  addresses: [],
  ...(kind === undefined ? {} : { kind }),
});
const LINKS = [link('lo'), link('eth0'), link('docker0', 'bridge'), link('veth12', 'veth')];
const THERE = 'it has eth0 (mac:52:54:00:12:34:56); write one of these names or addresses in its place.';

type Interfaces = NonNullable<NonNullable<CloudConfig['rancher']>['network']>['interfaces'];
const configOf = (interfaces: Interfaces): CloudConfig => ({ rancher: { network: { ...(interfaces === undefined ? {} : { interfaces }) } } });
const keysOf = (interfaces: Interfaces, links = LINKS) => unfitting(networkOf(configOf(interfaces)), links).map(({ key }) => key);

test('an entry that fits no card is told with the cards that there are', () => {
  assert.deepEqual(unfitting(networkOf(configOf({ ens3: { dhcp: true } })), LINKS), [{ key: 'ens3', sentence: `fits no network card of this machine: ${THERE}` }]);
  assert.match(unfitting(networkOf(configOf({ ens3: { dhcp: true } })), [link('lo')])[0]?.sentence ?? '', /it has none now\.$/);
});

test('entries that fit, what is made as it is named, and what asks for nothing are not told', () => {
  assert.deepEqual(keysOf({ eth0: { bridge: 'br0', vlans: '5:site' }, br0: { bridge: 'true' }, bond0: { bond_opts: { mode: '1' } }, site: { dhcp: true }, 'eth0.7': { dhcp: false } }), []);
  assert.deepEqual(keysOf({ 'mac:52:54:*': { dhcp: true }, lo: { address: '10.0.0.1/32' } }), []);
  assert.deepEqual(keysOf(undefined), []);
});

test('a pattern that fits nothing is told only where no entry fits', () => {
  assert.deepEqual(keysOf({ 'wl*': { dhcp: true }, 'eth*': { dhcp: true } }), []);
  assert.deepEqual(keysOf({ 'en*': { dhcp: true } }), ['en*']);
  assert.deepEqual(keysOf({ eth7: { dhcp: true }, 'mac:00:11:22:33:44:55': { dhcp: true }, 'eth*': { dhcp: true } }), ['eth7', 'mac:00:11:22:33:44:55']);
});

const PLAN = JSON.stringify(configOf({ ens3: { address: '192.0.2.50/24' } }));
const PLATFORM = { '/var/lib/rancher/conf/cloud-config.d/boot-network.yml': PLAN };

test("where the platform's plan fits no card, the cards ask by DHCP, and the sentence says so", () => {
  const config = configOf({ ens3: { address: '192.0.2.50/24' } });
  const given = networkOf(config);
  const network = withFallback(machine(PLATFORM), config, given, LINKS);
  assert.deepEqual(network.interfaces, { ens3: { address: '192.0.2.50/24' }, eth0: { dhcp: true } });
  const [told] = unfittingText(unfitting(given, LINKS), network !== given);
  assert.match(told?.sentence ?? '', /write one of these names or addresses in its place\. This is the plan of the platform, so its cards ask by DHCP instead\.$/);
});

test('what a person named is never replaced by DHCP', () => {
  const config = configOf({ ens4: { address: '192.0.2.50/24' } });
  assert.equal(withFallback(machine(PLATFORM), config, networkOf(config), LINKS).interfaces?.['eth0'], undefined);
  assert.equal(withFallback(machine(), config, networkOf(config), LINKS).interfaces?.['eth0'], undefined);
});

test('a plan of which one entry fits is taken as it stands', () => {
  const interfaces = { ens3: { address: '192.0.2.50/24' }, 'mac:52:54:00:12:34:56': { address: '192.0.2.51/24' } };
  const config = configOf(interfaces);
  const system = machine({ '/var/lib/rancher/conf/cloud-config.d/boot-network.yml': JSON.stringify(config) });
  assert.equal(withFallback(system, config, networkOf(config), LINKS).interfaces?.['eth0'], undefined);
});
