import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutMembersAddresses } from '../../../../overlays/ros/network/members.ts';
import { networkOf } from '../../../../overlays/ros/network/network-config.ts';

type Interfaces = Parameters<typeof withoutMembersAddresses>[0];

const CASES: readonly (readonly [sentence: string, given: Interfaces, interfaces: Interfaces, moved: readonly string[]])[] = [
  ['an interface that is no member keeps its address', { eth0: { address: '10.0.0.2/24' }, br0: { bridge: 'true' } }, { eth0: { address: '10.0.0.2/24' }, br0: { bridge: 'true' } }, []],
  [
    'the address and the gateway of a member are those of a bridge that has none',
    { eth0: { bridge: 'br0', addresses: ['10.0.0.2/24'], gateway: '10.0.0.1', mtu: 1400 }, br0: { bridge: 'true' } },
    { eth0: { bridge: 'br0', mtu: 1400 }, br0: { bridge: 'true', addresses: ['10.0.0.2/24'], gateway: '10.0.0.1' } },
    ['eth0 br0 moved'],
  ],
  [
    'they are not set where the bridge has its own',
    { eth0: { bridge: 'br0', address: '10.0.0.2/24', gateway: '10.0.0.1' }, br0: { bridge: 'true', dhcp: true } },
    { eth0: { bridge: 'br0' }, br0: { bridge: 'true', dhcp: true } },
    ['eth0 br0 dropped'],
  ],
  ['DHCP of a member is that of its bond, which nobody has named otherwise', { 'eth*': { bond: 'bond0', dhcp: true } }, { 'eth*': { bond: 'bond0' }, bond0: { dhcp: true } }, ['eth* bond0 moved']],
  [
    'a bond has the addresses of both its members',
    { eth0: { bond: 'bond0', address: '10.0.0.2/24', gateway: '10.0.0.1' }, eth1: { bond: 'bond0', address: '10.0.1.2/24', gateway: '10.0.1.1' } },
    { eth0: { bond: 'bond0' }, eth1: { bond: 'bond0' }, bond0: { addresses: ['10.0.0.2/24', '10.0.1.2/24'], gateway: '10.0.0.1' } },
    ['eth0 bond0 moved', 'eth1 bond0 moved'],
  ],
  [
    'what a pattern says of the bridge holds for it',
    { eth0: { bridge: 'br0', address: '10.0.0.2/24' }, 'br*': { dhcp: true } },
    { eth0: { bridge: 'br0' }, 'br*': { dhcp: true } },
    ['eth0 br0 dropped'],
  ],
  [
    'a bridge that is found by match is the same bridge',
    { eth0: { bridge: 'br0', dhcp: true }, mine: { match: 'br0', bridge: 'true' } },
    { eth0: { bridge: 'br0' }, mine: { match: 'br0', bridge: 'true', dhcp: true } },
    ['eth0 br0 moved'],
  ],
];

for (const [sentence, given, interfaces, moved] of CASES) {
  test(sentence, () => {
    const result = withoutMembersAddresses(given);
    assert.deepEqual(result.interfaces, interfaces);
    assert.deepEqual(
      result.moved.map(({ key, master, isMoved }) => `${key} ${master} ${isMoved ? 'moved' : 'dropped'}`),
      moved,
    );
  });
}

test('a card keeps its address where what it is to belong to is something else, or cannot be a name', () => {
  const kept: Interfaces = { eth0: { bridge: 'eth1', address: '10.0.0.2/24' }, eth2: { bond: 'lo', address: '10.0.1.2/24' }, eth3: { bridge: 'a name', dhcp: true } };
  assert.deepEqual(withoutMembersAddresses(kept, [{ name: 'eth1' }]), { interfaces: kept, moved: [] });
});

test('what a platform gave a card and what somebody made of it are looked at together', () => {
  const { interfaces } = networkOf({ rancher: { network: { interfaces: { eth0: { addresses: ['10.0.2.15/24'], bridge: 'br0' }, br0: { bridge: 'true', address: '10.0.2.15/24' } } } } });
  assert.deepEqual(interfaces, { eth0: { bridge: 'br0' }, br0: { bridge: 'true', address: '10.0.2.15/24' } });
});
