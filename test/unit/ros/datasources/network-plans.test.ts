import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Tree } from '../../../../overlays/ros/config/merge.ts';
import { networkOfInterfaces } from '../../../../overlays/ros/datasources/eni.ts';
import { networkOfOpenstack } from '../../../../overlays/ros/datasources/network-data.ts';
import { networkOfNoCloud } from '../../../../overlays/ros/datasources/nocloud-network.ts';

const CARDS = () => [
  { name: 'eth0', driver: 'virtio_net' },
  { name: 'eth1', driver: 'e1000' },
];
const nocloud = (yaml: string) => networkOfNoCloud(parse(yaml) as Tree, CARDS);

const NOCLOUD: readonly { readonly sentence: string; readonly yaml: string; readonly network?: object; readonly problems?: readonly RegExp[] }[] = [
  {
    sentence: 'yes and no are flags, as in YAML 1.1',
    yaml: 'version: 2\nethernets: {eth0: {dhcp4: yes}, eth1: {dhcp4: off, dhcp6: "On"}}',
    network: { interfaces: { eth0: { dhcp: true }, eth1: { dhcp: true } } },
  },
  {
    sentence: 'what is neither true nor false is told',
    yaml: 'version: 2\nethernets: {eth0: {dhcp4: perhaps}}',
    network: { interfaces: { eth0: { dhcp: false } } },
    problems: [/“dhcp4” of eth0 is neither true nor false/],
  },
  {
    sentence: 'ways out behind gateways outside of the network, of both families',
    yaml: `version: 2
ethernets:
  eth0:
    addresses: [203.0.113.7/32, "2001:db8::7/128"]
    routes:
      - {to: 0.0.0.0/0, via: 192.0.2.1, on-link: true}
      - {to: "::/0", via: fe80::1, on-link: true}
    nameservers: {addresses: [192.0.2.53]}`,
    network: {
      interfaces: { eth0: { dhcp: false, addresses: ['203.0.113.7/32', '2001:db8::7/128'], gateway: '192.0.2.1', gateway_ipv6: 'fe80::1' } },
      dns: { nameservers: ['192.0.2.53'] },
    },
  },
  {
    sentence: 'an address with options below it, a card by its hardware address, and a new name that is not given',
    yaml: `network:
  version: 2
  renderer: networkd
  ethernets:
    id0:
      match: {macaddress: "52:54:00:12:34:56"}
      set-name: ens18
      dhcp4: no
      addresses: [{192.0.2.50/24: {lifetime: 0}}]
      gateway4: 192.0.2.1
      mtu: 1400`,
    network: { interfaces: { 'mac:52:54:00:12:34:56': { match: 'mac:52:54:00:12:34:56', dhcp: false, addresses: ['192.0.2.50/24'], gateway: '192.0.2.1', mtu: 1400 } } },
    problems: [/“set-name” of id0 is not obeyed/],
  },
  {
    sentence: 'a card by its driver',
    yaml: 'version: 2\nethernets: {primary: {match: {driver: virtio_net}, addresses: [192.0.2.50/24], gateway4: 192.0.2.1}}',
    network: { interfaces: { eth0: { dhcp: false, addresses: ['192.0.2.50/24'], gateway: '192.0.2.1' } } },
  },
  {
    sentence: 'a driver that no card has is told with the cards that there are, and the network is what it would be without',
    yaml: 'version: 2\nethernets: {primary: {match: {driver: ixgbe}, addresses: [192.0.2.50/24]}}',
    problems: [/primary is for a card with the driver ixgbe, and there is none; there are eth0 \(virtio_net\), eth1 \(e1000\)/],
  },
  {
    sentence: 'both families, each with its gateway, name server and search domain, as Proxmox writes them',
    yaml: `version: 1
config:
    - type: physical
      name: eth0
      mac_address: '52:54:00:12:34:56'
      subnets:
      - type: static
        address: '192.0.2.50'
        netmask: '255.255.255.0'
        gateway: '192.0.2.1'
      - type: static6
        address: '2001:db8::50/64'
        gateway: '2001:db8::1'
    - type: nameserver
      address:
      - '192.0.2.53'
      search:
      - 'lab.example'`,
    network: {
      interfaces: { 'mac:52:54:00:12:34:56': { match: 'mac:52:54:00:12:34:56', dhcp: false, addresses: ['192.0.2.50/24', '2001:db8::50/64'], gateway: '192.0.2.1', gateway_ipv6: '2001:db8::1' } },
      dns: { nameservers: ['192.0.2.53'], search: ['lab.example'] },
    },
  },
  { sentence: 'one that is disabled plans nothing, and says so', yaml: 'network: {config: disabled}', problems: [/network-config is disabled/] },
  {
    sentence: 'further routes are set when the card is set up',
    yaml: 'version: 2\nethernets: {eth0: {addresses: [10.0.0.2/24], routes: [{to: default, via: 10.0.0.1}, {to: 10.1.0.0/16, via: 10.0.0.9}]}}',
    network: { interfaces: { eth0: { dhcp: false, addresses: ['10.0.0.2/24'], gateway: '10.0.0.1', post_up: ['ip route replace 10.1.0.0/16 via 10.0.0.9 dev $iface'] } } },
  },
  {
    sentence: 'a route is no place for words of a shell',
    yaml: 'version: 2\nethernets: {eth0: {dhcp4: true, routes: [{to: 10.1.0.0/16, via: "10.0.0.9; reboot"}, {to: 10.2.0.0/16}]}}',
    network: { interfaces: { eth0: { dhcp: true } } },
    problems: [/a route of eth0 without “to” or “via”/, /eth0: the route to “10\.1\.0\.0\/16” by “10\.0\.0\.9; reboot” is none/],
  },
  {
    sentence: 'an address without a netmask is told, and the card stays within reach',
    yaml: 'version: 1\nconfig: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.50}]}]',
    network: { interfaces: { eth0: { dhcp: true } } },
    problems: [/eth0: the address 192\.0\.2\.50 is left out, because it has no netmask; write it as 192\.0\.2\.50\/24/, /eth0 asks by DHCP instead/],
  },
  {
    sentence: 'what is no address, netmask, gateway or name server is told, and the rest holds',
    yaml: 'version: 1\nconfig: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.500/24}, {type: static, address: 10.0.0.2, netmask: 255.0.255.0}, {type: static, address: 10.0.1.2/24, gateway: here}]}, {type: nameserver, address: [dns.example, 9.9.9.9]}]',
    network: { interfaces: { eth0: { dhcp: false, addresses: ['10.0.1.2/24'] } }, dns: { nameservers: ['9.9.9.9'] } },
    problems: [/“dns\.example” is no address of a name server/, /“192\.0\.2\.500\/24” is no address/, /“255\.0\.255\.0” is no netmask/, /the gateway “here” is no address/],
  },
];
for (const { sentence, yaml, network, problems = [] } of NOCLOUD) {
  test(`network-config: ${sentence}`, () => {
    const planned = nocloud(yaml);
    assert.deepEqual(planned.network, network);
    assert.equal(planned.problems.length, problems.length, planned.problems.join('\n'));
    for (const expected of problems)
      assert.ok(
        planned.problems.some((each) => expected.test(each)),
        `${expected} is not in ${planned.problems.join('\n')}`,
      );
  });
}

test('OpenStack: hardware address, size of packets, way out, name server, and further routes', () => {
  const planned = networkOfOpenstack({
    links: [{ id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:12:34:56', mtu: 1450, vif_id: 'x' }],
    networks: [
      {
        id: 'network0',
        type: 'ipv4',
        link: 'tap1',
        ip_address: '192.0.2.50',
        netmask: '255.255.255.0',
        routes: [
          { network: '0.0.0.0', netmask: '0.0.0.0', gateway: '192.0.2.1' },
          { network: '169.254.169.254', netmask: '255.255.255.255', gateway: '192.0.2.2' },
        ],
        network_id: 'y',
      },
      { id: 'network1', type: 'ipv6', link: 'tap1', ip_address: '2001:db8::5', netmask: 'ffff:ffff:ffff:ffff::', gateway: '2001:db8::1' },
    ],
    services: [{ type: 'dns', address: '192.0.2.53' }],
  });
  assert.deepEqual(planned, {
    network: {
      interfaces: {
        'mac:fa:16:3e:12:34:56': {
          match: 'mac:fa:16:3e:12:34:56',
          dhcp: false,
          addresses: ['192.0.2.50/24', '2001:db8::5/64'],
          gateway: '192.0.2.1',
          gateway_ipv6: '2001:db8::1',
          mtu: 1450,
          post_up: ['ip route replace 169.254.169.254/32 via 192.0.2.2 dev $iface'],
        },
      },
      dns: { nameservers: ['192.0.2.53'] },
    },
    problems: [],
  });
});

test('OpenStack: a network on a link that is not there is told', () => {
  assert.match(networkOfOpenstack({ links: [], networks: [{ link: 'tap9', type: 'ipv4_dhcp' }] }).problems.join(), /a network is on the link tap9, which is not there/);
});

test('a text as in /etc/network/interfaces is obeyed where it is simple', () => {
  const text = `auto lo eth0
iface lo inet loopback
iface eth0 inet static
address 192.0.2.50
network 192.0.2.0
netmask 255.255.255.0
broadcast 192.0.2.255
gateway 192.0.2.1
  dns-nameservers 192.0.2.53 192.0.2.54
  dns-search lab.example
iface eth0 inet6 static
  address 2001:db8::50/64
iface eth1 inet dhcp
`;
  assert.deepEqual(networkOfInterfaces(text), {
    network: {
      interfaces: { eth0: { dhcp: false, addresses: ['192.0.2.50/24', '2001:db8::50/64'], gateway: '192.0.2.1' }, eth1: { dhcp: true } },
      dns: { nameservers: ['192.0.2.53', '192.0.2.54'], search: ['lab.example'] },
    },
    problems: [],
  });
});

test('what of such a text is not obeyed is told', () => {
  const { problems } = networkOfInterfaces('source /etc/x\niface br0 inet static\n  address 10.0.0.2/24\n  bridge_ports eth0\n  up ip route add 10.1.0.0/16 via 10.0.0.1\niface ppp0 inet ppp\n');
  assert.deepEqual(
    problems.map((each) => each.replace('network-interfaces: ', '')),
    ['“source” is not obeyed', '“bridge_ports” of br0 is not obeyed', '“up” of br0 is not obeyed', 'ppp0 is “ppp”, which is not obeyed'],
  );
});
