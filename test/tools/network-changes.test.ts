import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NetworkRoom, serveDhcp } from '../rig/network-room.ts';
import { networkRooms, skip } from './network-root.ts';

const roomWith = networkRooms();

const DHCP = 'rancher: {network: {interfaces: {eth0: {dhcp: true}}}}';

/** A machine that has its address by DHCP; gives that address with its prefix. */
async function leased(cards: readonly string[] = ['eth0']): Promise<{ readonly here: NetworkRoom; readonly address: string }> {
  const here = await roomWith(DHCP, cards);
  serveDhcp(here);
  here.startService();
  const shown = here.until('ip -4 -o address show eth0', /inet 10\.9\.0\.1\d\d\/24/);
  const address = /inet (10\.9\.0\.1\d\d\/24)/.exec(shown)?.[1] ?? '';
  here.until('ip route show default', /via 10\.9\.0\.1 dev eth0/);
  return { here, address };
}

/** What has to hold for a while, since dhcpcd works behind our backs: looked at for two seconds. */
function stays(here: NetworkRoom, script: string, expected: RegExp): void {
  for (let look = 0; look < 8; look += 1) assert.match(here.run(`${script}; sleep 0.25`), expected);
}

/** As the end of the container ends what runs in it. */
const END = 'kill -9 $(cat /run/ros/network.pid) $(pgrep -f /[s]ervices/network); pkill -9 -x dhcpcd; sleep 0.2';

const FIXED = (dev: string, address: string) => new RegExp(`inet ${address.replaceAll('.', '\\.')} [^\\n]*${dev}\\\\ +valid_lft forever`);

for (const who of ['ros netconf', 'ros netconf --no-wait'] as const) {
  test(`the leased address becomes the fixed one, and stays with its route (${who})`, { skip }, async () => {
    const { here, address } = await leased();
    here.configure(`rancher: {network: {interfaces: {eth0: {address: ${address}, gateway: 10.9.0.1}}}}`);
    assert.equal(here.run(`${who}; echo $?`), '0\n');
    stays(here, 'ip -4 -o address show eth0', FIXED('eth0', address));
    assert.match(here.run('ip route show default'), /^default via 10\.9\.0\.1 dev eth0 \n$/);
    here.until('ping -c 1 -W 1 10.9.0.1', /1 received/);
    assert.equal(here.run('ip -4 -o address show eth0 | wc -l'), '1\n');
  });
}

test('a restart of the service makes the leased address the fixed one, without what the lease left', { skip }, async () => {
  const { here, address } = await leased();
  here.run(END);
  here.configure(`rancher: {network: {interfaces: {eth0: {address: ${address}, gateway: 10.9.0.1}}}}`);
  here.startService();
  here.until('ip -4 -o address show eth0', FIXED('eth0', address));
  stays(here, 'ip -4 -o address show eth0', FIXED('eth0', address));
  assert.equal(here.run('ip route show default'), 'default via 10.9.0.1 dev eth0 \n');
});

test('a fixed address that is configured while dhcpcd is about to start is the only one', { skip }, async () => {
  const here = await roomWith(DHCP, ['eth0']);
  serveDhcp(here);
  // On a busy machine dhcpcd reads its file after it was looked for, and before the file is written anew.
  const slow = (program: string, words: string, seconds: number) =>
    here.run(
      `cp -a $(command -v ${program}) /run/${program}; printf '#!/bin/sh\ncase "$*" in "${words} "*) sleep ${seconds} ;; esac\nexec /run/${program} "$@"\n' >/run/slow; chmod +x /run/slow; mv /run/slow $(command -v ${program})`,
    );
  slow('rm', '-f /run/dhcpcd/pid', 2);
  slow('ip', '-4 address flush dev', 5);
  here.startService();
  here.until('cat /run/ros/network.json', /"dhcp"/);
  here.configure('rancher: {network: {interfaces: {eth0: {address: 10.9.0.7/24, gateway: 10.9.0.1}}}}');
  assert.equal(here.run('ros netconf; echo $?; sleep 4'), '0\n');
  stays(here, 'ip -4 -o address show eth0', FIXED('eth0', '10.9.0.7/24'));
  assert.equal(here.run('ip -4 -o address show eth0 | wc -l'), '1\n');
});

test('another fixed address takes the place of the lease', { skip }, async () => {
  const { here } = await leased();
  here.configure('rancher: {network: {interfaces: {eth0: {address: 10.9.0.7/24, gateway: 10.9.0.1}}}}');
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  stays(here, 'ip -4 -o address show eth0 | wc -l; ip -4 -o address show eth0', FIXED('eth0', '10.9.0.7/24'));
  assert.equal(here.run('ip -4 -o address show eth0 | wc -l; ip route show default'), '1\ndefault via 10.9.0.1 dev eth0 \n');
});

test('the card with a fixed address is not asked for by DHCP again: not when its cable comes back, and not as a member of a bridge', { skip }, async () => {
  const { here, address } = await leased();
  here.configure(`rancher: {network: {interfaces: {eth0: {address: ${address}, gateway: 10.9.0.1}}}}`);
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  here.run('ip link set eth0 down; sleep 0.5; ip link set eth0 up; sleep 3; ros netconf');
  stays(here, 'ip -4 -o address show eth0', FIXED('eth0', address));
  assert.equal(here.run('ip -4 -o address show eth0 | wc -l'), '1\n');
  here.configure(`rancher: {network: {interfaces: {eth0: {bridge: br0}, br0: {bridge: true, address: ${address}, gateway: 10.9.0.1}}}}`);
  assert.equal(here.run('ros netconf; echo $?; sleep 3'), '0\n');
  stays(here, 'ip -4 -o address show br0', FIXED('br0', address));
  assert.equal(here.run('ip -4 -o address show eth0; ip route show default'), 'default via 10.9.0.1 dev br0 \n');
});

test('a bridge over the card gets the address that the card had by DHCP', { skip }, async () => {
  const { here, address } = await leased();
  here.configure(`rancher: {network: {interfaces: {eth0: {bridge: br0}, br0: {bridge: true, address: ${address}, gateway: 10.9.0.1}}}}`);
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  stays(here, 'ip -4 -o address show br0', FIXED('br0', address));
  assert.equal(here.run('ip -4 -o address show eth0; ip route show default'), 'default via 10.9.0.1 dev br0 \n');
  here.until('ping -c 1 -W 1 10.9.0.1', /1 received/);
});

test('a bridge over the card asks by DHCP in the place of the card, and the card asks again without it', { skip }, async () => {
  const { here } = await leased();
  here.configure('rancher: {network: {interfaces: {eth0: {bridge: br-lan}, br-lan: {bridge: true, dhcp: true}}}}');
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  here.until('ip -4 -o address show br-lan; ip route show default', /inet 10\.9\.0\.1\d\d\/24[\s\S]*default via 10\.9\.0\.1 dev br-lan/);
  assert.equal(here.run('ip -4 -o address show eth0'), '');
  here.configure(DHCP);
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  here.until('ip -4 -o address show eth0; ip route show default', /inet 10\.9\.0\.1\d\d\/24[\s\S]*default via 10\.9\.0\.1 dev eth0/);
});

for (const name of ['virbr1', 'cni0', 'tap1', 'docker7']) {
  test(`a bridge named ${name} asks by DHCP where that is configured`, { skip }, async () => {
    const here = await roomWith(`rancher: {network: {interfaces: {eth0: {bridge: ${name}}, ${name}: {bridge: true, dhcp: true}}}}`, ['eth0']);
    serveDhcp(here);
    here.startService();
    here.until(`ip -4 -o address show ${name}`, /inet 10\.9\.0\.1\d\d\/24/);
  });
}

test('a fixed address that a lease also gave comes back when the lease goes', { skip }, async () => {
  const { here, address } = await leased();
  here.configure(`rancher: {network: {interfaces: {eth0: {dhcp: true, address: ${address}}}}}`);
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  here.run('dhcpcd -f /run/ros/dhcpcd.conf -k eth0');
  here.until('ip -4 -o address show eth0', FIXED('eth0', address));
});

test('what somebody else takes away is set again by the next look, and what cannot be set is told', { skip }, async () => {
  const here = await roomWith('rancher: {network: {interfaces: {eth0: {address: 10.8.0.2/24, gateway: 10.8.0.1, mtu: 1400}}}}', ['eth0']);
  here.run('ros netconf; ip address flush dev eth0; ip link set eth0 mtu 1500');
  assert.equal(here.run('ros netconf; echo $?'), '0\n');
  assert.match(here.run('ip -4 -o address show eth0; ip route show default; cat /sys/class/net/eth0/mtu'), /inet 10\.8\.0\.2\/24[\s\S]*default via 10\.8\.0\.1[\s\S]*\n1400\n$/);
  // A program that says it has done its work, and has not.
  here.run(`cp /usr/sbin/ip /run/ip; printf '#!/bin/sh\\ncase "$*" in "address add 10.8.0.3"*) exit 0 ;; esac\\nexec /run/ip "$@"\\n' >/usr/sbin/ip; chmod +x /usr/sbin/ip`);
  here.configure('rancher: {network: {interfaces: {eth0: {addresses: [10.8.0.2/24, 10.8.0.3/24]}}}}');
  const said = here.run('ros netconf; echo $?');
  assert.match(said, /^1\n/);
  assert.match(
    said,
    /rancher\.network\.interfaces\.eth0\.addresses: eth0 is not as configured although “ip address add 10\.8\.0\.3\/24 broadcast \+ dev eth0” was done; look at “ip address show eth0”/,
  );
});

test('who the machine is to DHCPv6 is the same after the container was made anew, and its leases lie where they are kept', { skip }, async () => {
  const { here } = await leased();
  const files = 'cat /var/lib/dhcpcd/duid; ls /var/lib/rancher/dhcpcd';
  const whole = /^[0-9a-f:]{12,}\nduid\neth0\.lease\n/;
  const before = here.until(files, whole);
  here.run(`${END}; rm /var/lib/dhcpcd; mkdir /var/lib/dhcpcd`);
  here.startService();
  here.until('pgrep -x dhcpcd; ls /run/dhcpcd', /sock/);
  here.until('ip -4 -o address show eth0', /inet 10\.9\.0\.1\d\d\/24/);
  assert.equal(here.until(files, whole), before);
  assert.match(here.run('stat -c %a /var/lib/rancher/dhcpcd'), /^700$/m);
});

test('commands of the network find iptables, and files that came for its container', { skip }, async () => {
  const here = await roomWith('rancher: {network: {interfaces: {eth0: {address: 10.8.0.2/24}}}}', ['eth0']);
  here.startService();
  here.until('ip -4 -o address show eth0', /10\.8\.0\.2\/24/);
  // As a datasource brings it: the service runs already.
  here.configure(`write_files:
  - {path: /var/lib/network/rules.sh, container: network, permissions: "0755", content: "#!/bin/sh\\necho \\"$*\\" >>/run/order\\n"}
rancher:
  network:
    pre_cmds: ['iptables -V >/run/iptables', '/var/lib/network/rules.sh pre_cmds']
    post_cmds: ['/var/lib/network/rules.sh post_cmds']
    interfaces:
      eth0: {address: 10.8.0.3/24, pre_up: ['/var/lib/network/rules.sh pre_up $iface'], post_up: ['/var/lib/network/rules.sh post_up $iface']}`);
  assert.equal(here.run('ros netconf --no-wait; echo $?'), '0\n');
  here.until('cat /run/order', /^pre_cmds\npre_up eth0\npost_up eth0\npost_cmds\n$/);
  assert.match(here.run('cat /run/iptables'), /^iptables v/);
  assert.equal(here.run('ros netconf --no-wait; sleep 1; wc -l </run/order'), '4\n');
});

test('a program that comes later is found by the next look, and only its command is run again', { skip }, async () => {
  const here = await roomWith(`rancher: {network: {pre_cmds: ['echo first >>/run/order', '/run/later.sh'], interfaces: {eth0: {address: 10.8.0.2/24}}}}`, ['eth0']);
  assert.match(here.run('ros netconf'), /rancher\.network\.pre_cmds: command 2 ended with status 127: a program in it does not exist/);
  here.run(`printf '#!/bin/sh\\necho later >>/run/order\\n' >/run/later.sh; chmod +x /run/later.sh`);
  assert.equal(here.run('ros netconf; ros netconf; cat /run/order'), 'first\nlater\n');
});

test('called from another container, the network is made in that of its service', { skip }, async () => {
  const here = await roomWith('rancher: {network: {interfaces: {eth0: {address: 10.8.0.2/24}}}}', ['eth0']);
  here.startService();
  here.until('ip -4 -o address show eth0', /10\.8\.0\.2\/24/);
  here.configure(`rancher: {network: {pre_cmds: ['readlink /proc/self/ns/mnt >/run/where'], interfaces: {eth0: {address: 10.8.0.2/24}}}}`);
  // The room is no root of its own: a stand-in for nsenter says where it was sent, and goes there by the folder of that process.
  here.run(`cat >/usr/bin/nsenter <<'SCRIPT'
#!/bin/sh
echo "$*" >>/run/sent
shift 4
exec "$@"
SCRIPT
chmod +x /usr/bin/nsenter`);
  assert.equal(here.run('unshare --mount ros netconf; echo $?'), '0\n');
  assert.match(here.run('cat /run/sent'), new RegExp(`^-t ${here.run('cat /run/ros/network.pid').trim()} -m -- flock -o -w 120 /run/ros/network\\.lock ros netconf --locked$`, 'm'));
});

test('an entry that fits no card is told on the console once, with the cards that there are', { skip }, async () => {
  const here = await roomWith('rancher: {network: {dhcp_timeout: 1, interfaces: {ens3: {dhcp: true}}}}', ['eth0']);
  here.startService();
  here.until('cat /dev/kmsg', /^<3>ros: rancher\.network\.interfaces\.ens3: fits no network card of this machine: it has eth0 \(mac:[0-9a-f:]+\); write one of these names/m);
  assert.match(here.run('ros netconf; echo $?'), /^1\n[\s\S]*ens3: fits no network card of this machine/);
  assert.match(here.run('ros config validate --all'), /warning: rancher\.network\.interfaces\.ens3: fits no network card of this machine: it has eth0/);
});

test("a platform's plan that fits no card falls back to DHCP, and says so", { skip }, async () => {
  const here = await roomWith('{}', ['eth0']);
  serveDhcp(here);
  here.startService();
  here.until('ip -4 -o address show eth0', /inet 10\.9\.0\.1\d\d\/24/);
  here.run(`mkdir -p /var/lib/rancher/conf/cloud-config.d; echo '{"rancher": {"network": {"interfaces": {"ens3": {"dhcp": true}}}}}' >/var/lib/rancher/conf/cloud-config.d/boot-network.yml`);
  assert.equal(here.run('ros netconf --no-wait; echo $?'), '0\n');
  here.until('cat /dev/kmsg', /ens3: fits no network card of this machine: it has eth0 .*This is the plan of the platform, so its cards ask by DHCP instead\./);
  stays(here, 'ip -4 -o address show eth0', /inet 10\.9\.0\.1\d\d\/24/);
});

test('no default route is set on a card without an address', { skip }, async () => {
  const here = await roomWith('rancher: {network: {interfaces: {eth0: {dhcp: true}, "mac=02:00:00:00:00:57": {gateway: 10.9.0.254}}}}', ['eth0']);
  here.plug('eth1', '02:00:00:00:00:57');
  serveDhcp(here);
  here.startService();
  here.until('ip route show default', /via 10\.9\.0\.1 dev eth0/);
  const said = here.run('ros netconf');
  assert.match(said, /eth1 has no IPv4 address, so no default route by 10\.9\.0\.254 is set; give it an address with its prefix, such as 192\.168\.1\.10\/24/);
  assert.doesNotMatch(here.run('ip route show default'), /eth1/);
});

test("what stands in dhcpcd's file for the container costs only itself", { skip }, async () => {
  const here = await roomWith(
    `write_files: [{path: /etc/dhcpcd.conf, container: network, content: "this is no option\\ninterface\\ndenyinterfaces eth0 *\\ninterface eth9\\n"}]
rancher: {network: {interfaces: {eth0: {dhcp: true}}}}`,
    ['eth0'],
  );
  serveDhcp(here);
  here.startService();
  here.until('ip -4 -o address show eth0', /inet 10\.9\.0\.1\d\d\/24/);
});

test('a configuration that chronyd refuses is told, and the clock is set as the release has it', { skip }, async () => {
  const here = await roomWith('{}', []);
  here.run('mkdir -p /run/ros/release/etc/chrony; cp /etc/chrony/chrony.conf /run/ros/release/etc/chrony/; echo "no such directive" >>/etc/chrony/chrony.conf');
  here.run('setsid /usr/lib/ros/services/ntp >/run/ntp.log 2>&1 </dev/null &');
  here.until('cat /dev/kmsg', /^<3>ros: the clock is set as the release has it: chronyd refuses its configuration \(.*\); correct /m);
  here.until('pgrep -x chronyd >/dev/null && echo runs', /runs/);
});
