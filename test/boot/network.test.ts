import type { Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';

/** What the kernel command line asks for: an entry of an interface leaves nothing of the default, so DHCP is named too. */
const APPEND = [
  'rancher.network.interfaces.eth*.dhcp=true',
  // Fixed addresses, VLANs, and an entry by hardware address that beats the pattern.
  'rancher.network.interfaces.mac:52:54:00:00:03:01.addresses=[10.0.3.20/24,fd00:3::20/64]',
  'rancher.network.interfaces.mac:52:54:00:00:03:01.gateway=10.0.3.2',
  'rancher.network.interfaces.mac:52:54:00:00:03:01.mtu=1400',
  'rancher.network.interfaces.mac:52:54:00:00:03:01.vlans=100,200:site',
  "rancher.network.interfaces.'eth1.100'.address=10.100.0.20/24",
  'rancher.network.interfaces.site.address=10.200.0.20/24',
  // Two cards in a bond, the bond in a bridge, the bridge with an address.
  'rancher.network.interfaces.eth2.bond=bond0',
  'rancher.network.interfaces.eth3.bond=bond0',
  'rancher.network.interfaces.bond0.bond_opts.mode=active-backup',
  'rancher.network.interfaces.bond0.bond_opts.miimon=100',
  'rancher.network.interfaces.bond0.bond_opts.primary=eth2',
  'rancher.network.interfaces.bond0.bridge=br0',
  'rancher.network.interfaces.br0.bridge=true',
  'rancher.network.interfaces.br0.address=10.0.4.20/24',
  // A card that is not there yet.
  'rancher.network.interfaces.eth4.address=10.0.9.20/24',
  // One that is wrong, and must not keep the others from working.
  'rancher.network.interfaces.eth9.vlans=5000',
  'rancher.network.interfaces.lo.addresses=[10.255.0.1]',
  'rancher.network.dns.nameservers=[10.0.3.53]',
  'rancher.network.dns.search=[lab.test]',
  'rancher.network.http_proxy=http://proxy.lab.test:3128',
  // A busy host emulates a machine whose DHCP takes longer than the usual ten seconds.
  'rancher.network.dhcp_timeout=60',
  '"rancher.network.post_cmds=[ip -4 -o address show dev eth0 >/run/post-ran]"',
  'rancher.ntp.servers=[10.0.3.123]',
  'netconsole=@/eth0,6666@10.0.2.2/',
].join(' ');

const ADDRESSES: readonly Check[] = [
  { sentence: 'eth0 has its address by DHCP', run: 'ip -4 -o address show eth0', prints: /inet 10\.0\.2\.15\/24/, eventually: true },
  {
    sentence: 'the card that is matched by its hardware address has both of its fixed addresses, and no other',
    run: 'ip -o address show eth1 scope global',
    prints: /^(?=[\s\S]*inet 10\.0\.3\.20\/24)(?=[\s\S]*inet6 fd00:3::20\/64)(?![\s\S]*dynamic)/,
    eventually: true,
  },
  { sentence: 'its packets have the size that was asked for', run: 'cat /sys/class/net/eth1/mtu', prints: /^1400$/m },
  { sentence: 'its gateway is the way out, before that of DHCP', run: 'ip route show default', prints: /^default via 10\.0\.3\.2 dev eth1 $/m },
  {
    sentence: 'VLAN 100 is on it by its number, VLAN 200 by its name, each with its address',
    run: 'ip -d -o link show type vlan; ip -4 -o address',
    prints: /eth1\.100@eth1[\s\S]*vlan protocol 802\.1Q id 100 [\s\S]*site@eth1[\s\S]*id 200 [\s\S]*eth1\.100 +inet 10\.100\.0\.20\/24[\s\S]*site +inet 10\.200\.0\.20\/24/,
  },
  {
    sentence: 'the bond has its mode and both members',
    run: 'cat /sys/class/net/bond0/bonding/mode /sys/class/net/bond0/bonding/slaves /sys/class/net/bond0/bonding/miimon',
    prints: /^active-backup 1\neth2 eth3\n100\n$/,
  },
  { sentence: 'the bond is in the bridge', run: 'readlink /sys/class/net/bond0/master', prints: /\/br0$/m },
  { sentence: "through the bridge and the bond the network's other end answers", run: 'ping -c 1 -W 2 10.0.4.2', eventually: true },
];

const AROUND: readonly Check[] = [
  {
    // The network of the emulator is cut off, so its DHCP server names no name server.
    sentence: 'name servers and domains that were configured stand in one file for all services',
    run: 'cat /etc/resolv.conf; sudo system-docker exec syslog cat /etc/resolv.conf',
    prints: /^(search lab\.test\nnameserver 10\.0\.3\.53\n){2}$/,
    eventually: true,
  },
  { sentence: 'what is wrong is told with its key', run: 'sudo dmesg', prints: /rancher\.network\.interfaces\.lo\.addresses: "10\.255\.0\.1" is no address/ },
  { sentence: 'post_cmds ran when there was an address', run: 'cat /run/post-ran', prints: /10\.0\.2\.15/, eventually: true },
  { sentence: 'netconsole sends the log', run: 'sudo dmesg', prints: /netconsole: network logging started/, eventually: true },
  { sentence: 'the proxy is known', run: 'sudo cat /run/ros/proxy.env', prints: /^HTTP_PROXY='http:\/\/proxy\.lab\.test:3128'$/m },
  { sentence: 'chronyd asks the server that was configured', run: 'chronyc -n sources -a', prints: /^\^. 10\.0\.3\.123 /m, eventually: true, deadlineSeconds: 90 },
];

const LATER: readonly Check[] = [
  { sentence: 'a card is plugged in that has a fixed address', deed: { type: 'plug-network-card', id: 'fixed-card', slot: 'hot0' } },
  { sentence: 'it gets the address', run: 'ip -4 -o address show eth4', prints: /inet 10\.0\.9\.20\/24/, eventually: true },
  { sentence: 'a card is plugged in that a pattern fits', deed: { type: 'plug-network-card', id: 'plain-card', slot: 'hot1' } },
  { sentence: 'it gets an address by DHCP', run: 'ip -4 -o address show eth5', prints: /inet 10\..*dynamic/, eventually: true },
  {
    sentence: 'a second run changes nothing',
    run: 'ip -o link >/tmp/a; ip -o route >>/tmp/a; sudo ros netconf 2>/dev/null; ip -o link >/tmp/b; ip -o route >>/tmp/b; cmp /tmp/a /tmp/b && echo same',
    prints: /^same$/m,
  },
  {
    sentence: 'a bridge that is configured later is made, and goes with its configuration; nothing else does',
    run: `sudo ros config set rancher.network.interfaces.br7 '{bridge: true, address: 10.77.0.1/24}'
sudo ros netconf 2>/dev/null; ip -4 -o address show br7
sudo ros config set rancher.network.interfaces.br7 null
sudo ros netconf 2>/dev/null; ip -4 -o address show br7 2>&1; ip -4 -o address show eth0`,
    prints: /br7 +inet 10\.77\.0\.1\/24[\s\S]*“?Device "?br7"? does not exist[\s\S]*inet 10\.0\.2\.15\/24/,
    deadlineSeconds: 90,
  },
];

bootTest({
  name: 'the network is what the kernel command line says: DHCP, fixed addresses, VLANs, a bond in a bridge, cards plugged in later',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  hotPlugSlots: 2,
  append: APPEND,
  networks: [{}, { range: '10.0.3.0/24', mac: '52:54:00:00:03:01' }, { range: '10.0.4.0/24' }, { range: '10.0.5.0/24' }],
  checks: [...ADDRESSES, ...AROUND, ...LATER],
});
