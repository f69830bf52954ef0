import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finishNetwork, waitForAddresses } from '../../../../overlays/ros/network/finish.ts';
import { isNetconsoleDue, netconsoleDevice } from '../../../../overlays/ros/network/netconsole.ts';
import { chronyConfig, isNtpEnabled } from '../../../../overlays/ros/network/ntp.ts';
import { machine } from '../machine.ts';

const RELEASE = 'pool 0.pool.ntp.org iburst\nmakestep 1.0 3\n';

test("without servers of one's own, those of leases count beside the release's", () => {
  assert.equal(chronyConfig(RELEASE, {}), `${RELEASE}sourcedir /run/chrony-dhcp\n`);
});

test('servers that somebody named are the only ones, and are names or addresses', () => {
  const servers = ['time.site', ' 10.0.0.1 ', 'fd00::1', 'evil\nport 1'];
  assert.equal(chronyConfig(RELEASE, { rancher: { ntp: { servers } } }), 'makestep 1.0 3\nserver time.site iburst\nserver 10.0.0.1 iburst\nserver fd00::1 iburst\n');
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
  assert.deepEqual(finishNetwork(system, config), ['rancher.network.interfaces.eth*.post_up: “echo $iface; exit 4” ended with status 4: eth0']);
  assert.doesNotMatch(system.readText('/run/ros/network.json') ?? '', /isWaiting/);
  assert.deepEqual(finishNetwork(system, config), []);
});
