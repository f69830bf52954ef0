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
  'rancher.network.dhcp_timeout=30',
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
  { sentence: 'a card is plugged in that has a fixed address', action: { type: 'plug-network-card', id: 'fixed-card', slot: 'hot0' } },
  { sentence: 'it gets the address', run: 'ip -4 -o address show eth4', prints: /inet 10\.0\.9\.20\/24/, eventually: true },
  { sentence: 'a card is plugged in that a pattern fits', action: { type: 'plug-network-card', id: 'plain-card', slot: 'hot1' } },
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

/** What the network's commands say they did; the file is nobody's before they run. */
const RULES = `#cloud-config
write_files:
  - {path: /var/lib/network/rules.sh, container: network, permissions: "0755", content: "#!/bin/sh\\necho \\"$*\\" >>/var/log/net.log\\niptables -L -n >/dev/null || echo 'no iptables' >>/var/log/net.log\\n"}
rancher:
  state: {autoformat: [/dev/vda]}
  network:
    http_proxy: http://proxy.lab.test:3128
    pre_cmds: ["/var/lib/network/rules.sh pre_cmds"]
    post_cmds: ["/var/lib/network/rules.sh post_cmds"]
    interfaces:
      eth0: {dhcp: true, pre_up: ["/var/lib/network/rules.sh pre_up eth0"], post_up: ["/var/lib/network/rules.sh post_up eth0"]}
`;

const IDENTITY = 'sudo system-docker exec network sh -c "cat /var/lib/dhcpcd/duid /var/lib/dhcpcd/secret"';

bootTest({
  name: 'the leased address that a platform hands in as the fixed one is kept, also by a bridge over the card',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  configMedium: {
    label: 'cidata',
    files: {
      'meta-data': 'instance-id: fixed-lease\n',
      'network-config': 'version: 2\nethernets:\n  eth0:\n    addresses: [10.0.2.15/24]\n    routes: [{to: default, via: 10.0.2.2}]\n',
    },
  },
  checks: [
    {
      sentence: 'the address is a fixed one, and the only one',
      run: 'ip -4 -o address show eth0',
      prints: /^[^\n]*inet 10\.0\.2\.15\/24 [^\n]*valid_lft forever[^\n]*\n$/,
      eventually: true,
      deadlineSeconds: 90,
    },
    { sentence: 'so is the way out', run: 'ip route show default', prints: /^default via 10\.0\.2\.2 dev eth0 \n$/ },
    { sentence: 'both stay', run: 'sleep 15; ip -4 -o address show eth0; ip route show default', prints: /inet 10\.0\.2\.15\/24 [^\n]*forever[\s\S]*default via 10\.0\.2\.2 dev eth0/ },
    { sentence: "the network's other end answers", run: 'ping -c 1 -W 2 10.0.2.2', eventually: true },
    {
      sentence: 'a bridge over the card takes the address',
      run: `sudo ros config set rancher.network.interfaces '{eth0: {bridge: br0}, br0: {bridge: "true", address: 10.0.2.15/24, gateway: 10.0.2.2}}'
sudo ros netconf; echo $?; sleep 5; ip -4 -o address show br0; ip -4 -o address show eth0; ip route show default`,
      prints: /^0\n[^\n]*br0 +inet 10\.0\.2\.15\/24 [^\n]*forever[^\n]*\ndefault via 10\.0\.2\.2 dev br0 \n$/m,
      deadlineSeconds: 90,
    },
    { sentence: 'through the bridge the other end answers', run: 'ping -c 1 -W 2 10.0.2.2', eventually: true },
    {
      sentence: 'a bond takes the address that the card got back',
      run: `sudo ros config set rancher.network.interfaces '{eth0: {dhcp: true}}'
sudo ros netconf; ip -4 -o address show eth0
sudo ros config set rancher.network.interfaces '{eth0: {bond: bond0}, bond0: {bond_opts: {mode: active-backup, miimon: "100"}, address: 10.0.2.15/24, gateway: 10.0.2.2}}'
sudo ros netconf; echo $?; sleep 5; ip -4 -o address show bond0; ip -4 -o address show eth0; ip route show default`,
      prints: /eth0 +inet 10\.0\.2\.15\/24 [\s\S]*^0\n[^\n]*bond0 +inet 10\.0\.2\.15\/24 [^\n]*forever[^\n]*\ndefault via 10\.0\.2\.2 dev bond0 \n$/m,
      deadlineSeconds: 90,
    },
    { sentence: 'through the bond the other end answers', run: 'ping -c 1 -W 2 10.0.2.2', eventually: true },
  ],
});

bootTest({
  name: 'commands of the network find their files and iptables at the first start, and the identity of the machine outlives a restart',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  runs: 'release',
  append: 'rancher.state.autoformat=[/dev/vda] rancher.state.dev=LABEL=RANCHER_STATE',
  disks: [{ name: 'state', mebibytes: 2048 }],
  configMedium: { label: 'cidata', files: { 'meta-data': 'instance-id: rules\n', 'user-data': RULES } },
  checks: [
    {
      sentence: 'the commands ran in their order, once, and found iptables',
      run: 'cat /var/log/net.log',
      prints: /^pre_cmds\npre_up eth0\npost_up eth0\npost_cmds\n$/,
      eventually: true,
      deadlineSeconds: 120,
    },
    { sentence: 'nothing was not found', run: 'sudo cat /var/log/network-commands.log; sudo dmesg | grep "network\\..*command" || echo none', prints: /^none\n$/ },
    { sentence: 'who the machine is, is kept', run: `${IDENTITY} >/home/rancher/identity; test -s /home/rancher/identity`, eventually: true },
    { sentence: 'the machine restarts', reboots: { run: 'sudo reboot' }, deadlineSeconds: 120 },
    {
      sentence: 'it is the same machine to DHCPv6 and in its IPv6 addresses',
      run: `${IDENTITY} | cmp - /home/rancher/identity && echo same`,
      prints: /^same$/m,
      eventually: true,
      deadlineSeconds: 90,
    },
    { sentence: "the clock's drift lies on the disk", run: 'sudo system-docker exec ntp readlink /var/lib/chrony', prints: /^\/var\/lib\/rancher\/chrony$/m, eventually: true, deadlineSeconds: 120 },
    { sentence: 'System Docker goes by the proxy', run: 'sudo system-docker info 2>/dev/null | grep -i "http proxy"', prints: /HTTP Proxy: http:\/\/proxy\.lab\.test:3128/ },
  ],
});

bootTest({
  name: 'a plan of the platform that names a card of another machine is told, and the card asks by DHCP',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  runs: 'release',
  configMedium: { label: 'cidata', files: { 'meta-data': 'instance-id: ens3\n', 'network-config': 'version: 2\nethernets:\n  ens3:\n    dhcp4: true\n' } },
  checks: [
    {
      sentence: 'the console names the entry and the cards',
      shows: /interfaces\.ens3: fits no network card of this machine: it has eth0 \(mac:52:54:[0-9a-f:]+\).*ask by DHCP instead/,
      deadlineSeconds: 120,
    },
    { sentence: 'the card has its address', run: 'ip -4 -o address show eth0', prints: /inet 10\.0\.2\.15\/24/, eventually: true },
  ],
});
