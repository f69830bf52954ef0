import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveDhcp } from '../rig/network-room.ts';
import { networkRooms, skip } from './network-root.ts';

const roomWith = networkRooms();

test('fixed addresses of both kinds, gateways, packet size, name servers, and the commands around them', { skip }, async () => {
  const here = await roomWith(
    `rancher:
  network:
    pre_cmds: ['echo first >>/run/order']
    post_cmds: ['echo last >>/run/order']
    dns: {nameservers: [10.8.0.53, 'fd00:8::53'], search: [lab.test]}
    interfaces:
      eth0:
        addresses: [10.8.0.2/24, 10.8.1.2/32, 'FD00:8:0::2/64']
        gateway: 10.8.0.1
        gateway_ipv6: fd00:8::1
        mtu: 1400
        pre_up: ['echo before $iface >>/run/order']
        post_up: ['echo behind $iface with $(ip -4 -o address show $iface | wc -l) >>/run/order']`,
    ['eth0'],
  );
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  const addresses = here.run('ip -o address show eth0');
  for (const address of ['10.8.0.2/24 brd 10.8.0.255', '10.8.1.2/32', 'fd00:8::2/64']) assert.ok(addresses.includes(address), addresses);
  assert.match(here.run('ip route; ip -6 route'), /default via 10\.8\.0\.1 dev eth0[\s\S]*default via fd00:8::1 dev eth0/);
  assert.equal(here.run('cat /sys/class/net/eth0/mtu'), '1400\n');
  assert.equal(here.run('cat /etc/resolv.conf'), 'search lab.test\nnameserver 10.8.0.53\nnameserver fd00:8::53\n');
  assert.equal(here.run('cat /run/order'), 'first\nbefore eth0\nbehind eth0 with 2\nlast\n');
});

test('a second run changes nothing, and says nothing to the kernel', { skip }, async () => {
  const here = await roomWith(
    `rancher: {network: {post_cmds: ['echo ran >>/run/count'], interfaces: {eth0: {address: 10.8.0.2/24, gateway: 10.8.0.1, mtu: 1450}, eth1: {bridge: br0}, br0: {bridge: true, address: 'fd00::1/64'}}}}`,
    ['eth0', 'eth1'],
  );
  here.run('ros netconf');
  here.until('ip -6 -o address show tentative | wc -l', /^0$/m);
  const changes = here.run('ip -o monitor all >/run/changes & m=$!; sleep 0.5; ros netconf; sleep 0.5; kill $m; grep -v "^nsid\\|STALE\\|REACHABLE\\|NOARP" /run/changes; cat /run/count');
  assert.equal(changes, 'ran\n');
});

test('what is configured no longer is taken back, and what others set stays', { skip }, async () => {
  const here = await roomWith(`rancher: {network: {interfaces: {eth0: {addresses: [10.8.0.2/24, 10.8.0.3/24], gateway: 10.8.0.1, mtu: 1400}, eth1: {bridge: br0}, br0: {bridge: true}}}}`, [
    'eth0',
    'eth1',
  ]);
  here.run('ros netconf; ip address add 192.0.2.9/24 dev eth0');
  here.configure('rancher: {network: {interfaces: {eth0: {address: 10.8.0.3/24}}}}');
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  assert.deepEqual([...here.run('ip -4 -o address show eth0').matchAll(/inet (\S+)/g)].map(([, address]) => address).sort(), ['10.8.0.3/24', '192.0.2.9/24']);
  assert.equal(here.run('ip route show default; cat /sys/class/net/eth0/mtu; ls /sys/class/net/eth1/master /sys/class/net/br0 2>/dev/null'), '1500\n');
});

test('a bridge takes its member, and traffic passes it', { skip }, async () => {
  const here = await roomWith(`rancher: {network: {interfaces: {eth0: {bridge: br0}, br0: {bridge: true, address: 10.9.0.2/24}}}}`, ['eth0']);
  here.outside('ip address add 10.9.0.1/24 dev switch');
  here.run('ros netconf');
  here.until('ping -c 1 -W 1 10.9.0.1', /1 received/);
});

test('DHCP: address, name servers behind the configured ones, clock servers; an exact name beats the pattern', { skip }, async () => {
  const here = await roomWith(
    `rancher:
  network:
    dns: {nameservers: [10.1.1.1]}
    post_cmds: ['ip -4 -o address show eth0 >/run/post']
    interfaces: {'eth*': {dhcp: true}, eth1: {address: 10.8.0.2/24}}`,
    ['eth0', 'eth1'],
  );
  serveDhcp(here);
  here.startService();
  here.until('ip -4 -o address show eth0', /inet 10\.9\.0\.1\d\d\/24/);
  here.until('cat /etc/resolv.conf', /^search site\.test\nnameserver 10\.1\.1\.1\nnameserver 10\.9\.0\.53\n$/);
  here.until('cat /run/chrony-dhcp/eth0.sources', /^server 10\.9\.0\.123 /);
  here.until('cat /run/post', /10\.9\.0\.1/);
  assert.match(here.run('ip -4 -o address show eth1'), /^[^\n]*10\.8\.0\.2\/24[^\n]*\n$/);
});

test('a lease names a machine that nobody named, and tells when containers hide the network that it is in', { skip }, async () => {
  const here = await roomWith(`rancher: {network: {interfaces: {eth0: {dhcp: true}}}}`, ['eth0']);
  here.run('hostname rancher; ip link add docker0 type bridge; ip address add 10.9.0.254/16 dev docker0; ip link set docker0 up');
  serveDhcp(here);
  here.startService();
  here.until('hostname; cat /etc/hosts', /^leased\.site\.test\n[\s\S]*^127\.0\.1\.1 leased\.site\.test leased$/m);
  const told = /^<3>ros: containers on docker0 \(10\.9\.0\.0\/16\) hide the site's network 10\.9\.0\.0\/24: set rancher\.docker\.bip/m;
  here.until('cat /dev/kmsg', told);
});

test('a name that was given stays, whatever a lease says', { skip }, async () => {
  const here = await roomWith(`{hostname: mine, rancher: {network: {interfaces: {eth0: {dhcp: true}}}}}`, ['eth0']);
  here.run('hostname mine');
  serveDhcp(here);
  here.startService();
  here.until('cat /run/chrony-dhcp/eth0.sources', /10\.9\.0\.123/);
  assert.equal(here.run('hostname'), 'mine\n');
});

test('cards that are plugged in later get what is configured for them, fixed or by DHCP', { skip }, async () => {
  const here = await roomWith(`rancher: {network: {interfaces: {'eth*': {dhcp: true}, eth7: {address: 10.8.0.7/24}, 'mac:02:00:00:00:00:08': {address: 10.8.0.8/24, gateway: 10.8.0.1}}}}`, []);
  serveDhcp(here);
  here.startService();
  here.until('pgrep -f "dhcpcd -B|dhcpcd: .manager" >/dev/null && echo runs', /runs/);
  here.plug('eth7');
  here.until('ip -4 -o address show eth7', /10\.8\.0\.7\/24/);
  here.plug('eth8', '02:00:00:00:00:08');
  here.until('ip -4 -o address show eth8; ip route show default', /10\.8\.0\.8\/24[\s\S]*via 10\.8\.0\.1 dev eth8/);
  here.plug('eth9');
  here.until('ip -4 -o address show eth9', /10\.9\.0\.1\d\d\/24/);
  here.run('ip link delete eth7');
  here.plug('eth7');
  here.until('ip -4 -o address show eth7', /10\.8\.0\.7\/24/);
  assert.doesNotMatch(here.run('ip -4 -o address'), /eth[78] .*10\.9\.0/);
});

test('a changed configuration moves an interface from DHCP to a fixed address and another one the other way, and leaves a third alone', { skip }, async () => {
  const here = await roomWith(`rancher: {network: {interfaces: {eth0: {dhcp: true}, eth1: {address: 10.8.0.2/24}, eth2: {dhcp: true}}}}`, ['eth0', 'eth1', 'eth2']);
  serveDhcp(here);
  here.startService();
  here.until('ip -4 -o address show eth0; ip -4 -o address show eth2', /eth0 .*10\.9\.0\.1\d\d[\s\S]*eth2 .*10\.9\.0\.1\d\d/);
  here.run('ip -o -4 monitor address dev eth2 >/run/third 2>&1 & sleep 0.3');
  here.configure(`rancher: {network: {interfaces: {eth0: {address: 10.8.0.3/24}, eth1: {dhcp: true}, eth2: {dhcp: true}}}}`);
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  assert.match(here.until('ip -4 -o address', /eth1 .*10\.9\.0\.1\d\d/), /eth0 .*10\.8\.0\.3\/24/);
  here.until('ip -4 -o address show eth0', /^[^\n]*10\.8\.0\.3\/24[^\n]*\n$/);
  assert.doesNotMatch(here.run('ip -4 -o address show eth1'), /10\.8\.0\.2/);
  assert.equal(here.run('grep eth2 /run/third'), '');
});

test('what is wrong with one interface is said with its key, and the others work', { skip }, async () => {
  const here = await roomWith(
    `rancher: {network: {interfaces: {eth0: {addresses: [10.8.0.2], bridge: lo}, eth1: {address: 10.8.1.2/24, gateway: here.test, mtu: 66, post_up: ['exit 3']}, eth2: {address: 10.8.2.2/24, vlans: '9999,5:x:y'}}}}`,
    ['eth0', 'eth1', 'eth2'],
  );
  const said = here.run('ros netconf; echo $?');
  assert.match(said, /rancher\.network\.interfaces\.eth0\.addresses: “10\.8\.0\.2” is no address; write it with the length of its prefix/);
  assert.match(said, /rancher\.network\.interfaces\.eth0\.bridge: eth0 cannot join lo: there is no bridge of that name/);
  assert.match(said, /rancher\.network\.interfaces\.eth1\.post_up: command 1 for eth1 ended with status 3/);
  assert.match(said, /rancher\.network\.interfaces\.eth2\.vlans: “9999” is no VLAN/);
  assert.match(said, /rancher\.network\.interfaces\.eth2\.vlans: “5:x:y” is no VLAN/);
  assert.match(said, /^1\n/);
  assert.match(here.run('ip -4 -o address'), /eth1 .*10\.8\.1\.2\/24[\s\S]*eth2 .*10\.8\.2\.2\/24/);
});

test('an address of its own link, where it is asked for, the same after each run', { skip }, async () => {
  const here = await roomWith(`rancher: {network: {interfaces: {eth0: {address: 10.8.0.2/24, ipv4ll: true}}}}`, ['eth0']);
  here.run('ros netconf');
  const [, address] = /inet (169\.254\.\d+\.\d+\/16) .*scope link/.exec(here.run('ip -4 -o address show eth0')) ?? [];
  assert.ok(address);
  here.run('ros netconf');
  assert.equal(here.run('ip -4 -o address show eth0').match(/169\.254/g)?.length, 2, 'one address with its broadcast');
  here.configure('rancher: {network: {interfaces: {eth0: {address: 10.8.0.2/24}}}}');
  here.run('ros netconf');
  assert.doesNotMatch(here.run('ip -4 -o address show eth0'), /169\.254/);
});

test('VLANs by number and by name, on a bond of two cards', { skip }, async (context) => {
  const here = await roomWith(
    `rancher:
  network:
    interfaces:
      eth0: {bond: bond0}
      eth1: {bond: bond0}
      bond0: {bond_opts: {miimon: 100, mode: active-backup}, vlans: '100,200:site'}
      bond0.100: {address: 10.100.0.2/24}
      site: {address: 10.200.0.2/24}`,
    ['eth0', 'eth1'],
  );
  const kernel = here.run('ip link add bond9 type bond && ip link add link eth0 name vlan9 type vlan id 1; ip link delete vlan9; ip link delete bond9');
  if (/Unknown device type|not supported/.test(kernel)) {
    // A test that is skipped has no afterEach.
    here.close();
    return context.skip(`this kernel has no bonds or no VLANs; the boot case of the network has both: ${kernel.trim()}`);
  }
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  assert.match(here.run('cat /sys/class/net/bond0/bonding/slaves'), /eth0 eth1/);
  assert.match(here.run('ip -4 -o address'), /bond0\.100 .*10\.100\.0\.2[\s\S]*site .*10\.200\.0\.2/);
  here.configure('rancher: {network: {interfaces: {eth0: {address: 10.8.0.2/24}}}}');
  here.run('ros netconf');
  assert.equal(here.run('ls /sys/class/net | grep -e bond -e site'), '');
});

test('fixed addresses beside DHCP, on one card and on two: all of them, asked for on the right card only', { skip }, async () => {
  const here = await roomWith(
    `rancher:
  network:
    interfaces:
      eth0: {dhcp: true, addresses: [198.51.100.5/24]}
      eth1: {address: 198.51.100.6/24, dhcp: false}
    dns: {nameservers: [192.0.2.53], search: [lab.example]}`,
    ['eth0', 'eth1'],
  );
  serveDhcp(here);
  here.startService();
  here.until('ip -4 -o address show eth0', /198\.51\.100\.5\/24[\s\S]*10\.9\.0\.1\d\d\/24|10\.9\.0\.1\d\d\/24[\s\S]*198\.51\.100\.5\/24/);
  here.until('cat /etc/resolv.conf', /^search lab\.example site\.test\nnameserver 192\.0\.2\.53\nnameserver 10\.9\.0\.53\n$/);
  assert.match(here.run('ip -4 -o address show eth1'), /^[^\n]*198\.51\.100\.6\/24 brd 198\.51\.100\.255[^\n]*\n$/);
});

test('two gateways are two routes, the second one for when the first is gone', { skip }, async () => {
  const here = await roomWith('rancher: {network: {interfaces: {eth0: {address: 192.0.2.50/24, gateway: 192.0.2.1}, eth1: {address: 198.51.100.5/24, gateway: 198.51.100.1}}}}', ['eth0', 'eth1']);
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  assert.equal(here.run('ip route show default'), 'default via 192.0.2.1 dev eth0 \ndefault via 198.51.100.1 dev eth1 metric 1 \n');
});

test("a gateway outside of the address's network works, and so does a name server of the link", { skip }, async () => {
  const here = await roomWith(
    `rancher:
  network:
    interfaces:
      eth0: {addresses: [203.0.113.7/32, "2001:db8::7/128"], gateway: 192.0.2.1, gateway_ipv6: fe80::1}
    dns: {nameservers: ["fe80::1%eth0", 192.0.2.53]}`,
    ['eth0'],
  );
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  assert.match(here.run('ip route show default; ip -6 route show default'), /default via 192\.0\.2\.1 dev eth0 onlink[\s\S]*default via fe80::1 dev eth0/);
  assert.equal(here.run('cat /etc/resolv.conf'), 'nameserver fe80::1%eth0\nnameserver 192.0.2.53\n');
});

test('an address without a prefix is told with an example, and leaves no route behind', { skip }, async () => {
  const here = await roomWith('rancher: {network: {interfaces: {"mac=52:54:00:12:34:57": {addresses: [192.0.2.50], gateway: 192.0.2.1}}}}', []);
  here.plug('eth0', '52:54:00:12:34:57');
  const said = here.run('ros netconf');
  assert.match(said, /“192\.0\.2\.50” is no address; write it with the length of its prefix, such as 192\.168\.1\.10\/24/);
  assert.equal(here.run('ip route show default'), '');
});

test('a pattern of hardware addresses is about the cards that it fits', { skip }, async () => {
  const here = await roomWith('rancher: {network: {interfaces: {site: {match: "mac:52:54:*", address: 10.8.0.2/24}}}}', ['eth1']);
  here.plug('eth0', '52:54:00:12:34:57');
  here.run('ros netconf');
  assert.match(here.run('ip -4 -o address'), /eth0 .*10\.8\.0\.2\/24/);
  assert.doesNotMatch(here.run('ip -4 -o address'), /eth1 /);
});

test('chronyd takes what a file of ntpd for the container of the clock says', { skip }, async () => {
  const here = await roomWith(`write_files: [{path: /etc/ntp.conf, container: ntp, content: "server 10.0.2.2 iburst\\nrestrict default nomodify\\n"}]`, []);
  here.run('setsid /usr/lib/ros/services/ntp >/run/ntp.log 2>&1 </dev/null &');
  here.until('chronyc -n sources -a', /^\^. 10\.0\.2\.2 /m);
  assert.doesNotMatch(here.run('cat /run/chrony/chrony.conf'), /pool/);
  assert.equal(here.run('readlink /var/lib/chrony; stat -c %U /var/lib/rancher/chrony'), '/var/lib/rancher/chrony\n_chrony\n');
});
