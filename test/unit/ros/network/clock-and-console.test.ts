import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finishNetwork, waitForAddresses } from '../../../../overlays/ros/network/after-addresses.ts';
import { isNetconsoleDue, netconsoleDevice } from '../../../../overlays/ros/network/netconsole.ts';
import { chronyConfig, isNtpEnabled } from '../../../../overlays/ros/network/ntp.ts';
import { machine } from '../machine.ts';

const RELEASE = 'pool 0.pool.ntp.org iburst\nmakestep 1.0 3\n';

test("without servers of one's own, those of leases count beside the release's", () => {
  assert.deepEqual(chronyConfig(RELEASE, {}), { text: `${RELEASE}sourcedir /run/chrony-dhcp\n`, problems: [] });
});

test('servers that somebody named are the only ones, and are names or addresses', () => {
  const servers = ['time.site', ' 10.0.0.1 ', 'fd00::1', 'evil\nport 1'];
  const { text, problems } = chronyConfig(RELEASE, { rancher: { ntp: { servers } } }, 'server 10.0.2.2\n');
  assert.equal(text, 'makestep 1.0 3\nserver time.site iburst\nserver 10.0.0.1 iburst\nserver fd00::1 iburst\n');
  assert.deepEqual(problems, ['rancher.ntp.servers: “evil\nport 1” is no name and no address of a server.']);
});

const NTP_CONF = `# from the manual
driftfile /var/lib/ntp/drift
server -4 10.0.2.2 iburst prefer minpoll 4 # ours
pool 0.site.test iburst key 7
peer ntp2.site.test true
server 127.127.1.0
fudge 127.127.1.0 stratum 12
server 127.127.20.0 mode 1
tinker panic 0
restrict default nomodify nopeer noquery limited kod
restrict 127.0.0.1
restrict 192.168.0.0 mask 255.255.0.0 nomodify notrap
restrict 10.0.0.0 mask 255.0.0.0 ignore
broadcastclient
`;

test('a file of ntpd is obeyed as far as chronyd can, and each line that has no effect is told with its place', () => {
  const { text, problems } = chronyConfig(RELEASE, {}, NTP_CONF);
  assert.equal(text, 'makestep 1.0 3\nserver 10.0.2.2 iburst prefer minpoll 4\npool 0.site.test iburst\npeer ntp2.site.test trust\nlocal stratum 12\nallow 192.168.0.0/16\n');
  assert.deepEqual(
    problems.map((problem) => /^(\/etc\/ntp\.conf:\d+: “.*”) has no effect/.exec(problem)?.[1]),
    ['/etc/ntp.conf:4: “key of 0.site.test”', '/etc/ntp.conf:8: “server 127.127.20.0”', '/etc/ntp.conf:14: “broadcastclient”'],
  );
});

test("a file of ntpd that names no server leaves the release's", () => {
  assert.equal(chronyConfig(RELEASE, {}, 'restrict 10.0.0.0/8\n').text, `${RELEASE}sourcedir /run/chrony-dhcp\nallow 10.0.0.0/8\n`);
});

test('the clock is set unless somebody says no', () => {
  assert.equal(isNtpEnabled({}), true);
  assert.equal(isNtpEnabled({ rancher: { ntp: { enabled: false } } }), false);
});

const DEVICES: readonly (readonly [string, string])[] = [
  ['@/,@10.0.0.1/', 'eth0'],
  ['@/eth1,6666@10.0.0.1/52:54:00:12:34:56', 'eth1'],
  ['+4444@10.0.0.2/br0,9353@10.0.0.1/', 'br0'],
];
for (const [value, device] of DEVICES) test(`netconsole=${value} sends through ${device}`, () => assert.equal(netconsoleDevice(value), device));

test('netconsole is due until its module runs', () => {
  const line = 'quiet netconsole=@/eth0,6666@10.0.0.1/ panic=10';
  assert.equal(isNetconsoleDue(machine({ '/proc/cmdline': line })), true);
  assert.equal(isNetconsoleDue(machine({ '/proc/cmdline': line, '/sys/module/netconsole/initstate': 'live\n' })), false);
  assert.equal(isNetconsoleDue(machine({ '/proc/cmdline': 'quiet xnetconsole=1' })), false);
});

/** A machine whose `ip` shows these cards: name, carrier, and the address that it has after so many looks. */
function cards(rows: readonly { readonly name: string; readonly carrier: boolean; readonly after?: number }[]) {
  let looks = 0;
  return machine(
    {},
    {
      answer: ({ argv }) => {
        if (argv[0] !== 'ip') return undefined;
        if (argv.includes('route')) return { status: 0, stdout: '[]' };
        looks += 1;
        const links = rows.map(({ name, carrier, after = Number.POSITIVE_INFINITY }, index) => ({
          ifname: name,
          ifindex: index + 2,
          address: '52:54:00:00:00:01',
          mtu: 1500,
          flags: ['UP', ...(carrier ? ['LOWER_UP'] : [])],
          addr_info: looks > after ? [{ family: 'inet', local: '10.0.0.5', prefixlen: 8, scope: 'global' }] : [],
        }));
        return { status: 0, stdout: JSON.stringify(links) };
      },
    },
  );
}

const WAITS: readonly (readonly [string, Parameters<typeof cards>[0], boolean, number])[] = [
  ['a card that has its address is not waited for', [{ name: 'eth0', carrier: true, after: 0 }], true, 0],
  ['a card with a cable is waited for', [{ name: 'eth0', carrier: true, after: 3 }], true, 600],
  [
    'a second card without a cable is not',
    [
      { name: 'eth0', carrier: true, after: 0 },
      { name: 'eth1', carrier: false },
    ],
    true,
    0,
  ],
  ['a machine without a cable waits for one until the time is over', [{ name: 'eth0', carrier: false }], false, 10_000],
  ['a machine without a card waits for one until the time is over', [], false, 10_000],
];
for (const [sentence, rows, comes, milliseconds] of WAITS) {
  test(sentence, () => {
    const system = cards(rows);
    assert.equal(waitForAddresses(system, {}), comes);
    assert.equal(system.now(), milliseconds);
  });
}

test('where nobody asks by DHCP there is nothing to wait for', () => {
  const system = cards([{ name: 'eth0', carrier: true }]);
  assert.equal(waitForAddresses(system, { rancher: { network: { interfaces: { eth0: { address: '10.0.0.1/8' } } } } }), true);
  assert.equal(system.now(), 0);
});

test('dhcp_timeout says how long', () => {
  const system = cards([{ name: 'eth0', carrier: true }]);
  assert.equal(waitForAddresses(system, { rancher: { network: { dhcp_timeout: 2 } } }), false);
  assert.equal(system.now(), 2000);
});

test('commands that waited run once, with the name of the interface', () => {
  const system = cards([{ name: 'eth0', carrier: true, after: 0 }]);
  const config = { rancher: { network: { post_cmds: ['echo all'], interfaces: { 'eth*': { dhcp: true, post_up: ['echo $iface; exit 4'] } } } } };
  system.writeText('/run/ros/network-waits', '');
  const link = { index: 2, config: '', addresses: [], gateways: [], isWaiting: true };
  system.writeText('/run/ros/network.json', JSON.stringify({ devices: {}, links: { eth0: link }, commands: '', isWaiting: true }));
  assert.deepEqual(finishNetwork(system, config), ['rancher.network.interfaces.eth*.post_up: command 1 for eth0 ended with status 4; its output stands in /var/log/network-commands.log.']);
  assert.doesNotMatch(system.readText('/run/ros/network.json') ?? '', /isWaiting/);
  assert.deepEqual(finishNetwork(system, config), []);
});
