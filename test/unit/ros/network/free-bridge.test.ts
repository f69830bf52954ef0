import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudConfig } from '../../../../overlays/ros/config/schema.ts';
import { freeBridge } from '../../../../overlays/ros/network/free-bridge.ts';
import { machine } from '../machine.ts';

/** What docker0 gets beside routes written as `destination device`. */
function chosen(routes: readonly string[], docker: NonNullable<CloudConfig['rancher']>['docker'] = {}, resolvConf = '') {
  const stdout = JSON.stringify(
    routes.map((route) => {
      const [dst, dev] = route.split(' ');
      return { dst, dev };
    }),
  );
  const system = machine({ '/etc/resolv.conf': resolvConf }, { answer: ({ argv }) => (argv[0] === 'ip' ? { status: 0, stdout } : undefined) });
  return freeBridge(system, { rancher: { docker } });
}

test('without a collision docker0 has the range that it has everywhere, and nothing is said', () => {
  assert.deepEqual(chosen(['default eth0', '10.0.2.0/24 eth0']), { bip: '172.17.0.1/16', warnings: [] });
});

const MOVES: readonly (readonly [string, readonly string[], string])[] = [
  ['a route into its range', ['172.17.4.0/24 eth0'], '172.31.0.1/16'],
  ['a route around its range', ['172.16.0.0/12 eth0'], '192.168.0.1/24'],
  ['a route to one host in its range', ['172.17.0.53 eth1'], '172.31.0.1/16'],
  ['all private ranges of 172 and 192 in use', ['172.16.0.0/12 eth0', '192.168.0.0/16 eth1', '10.0.0.0/16 eth2'], '10.1.0.1/16'],
  ["a network of the user's in the next range", ['172.17.0.0/24 eth0', '172.31.0.0/16 br-0123456789ab'], '172.30.0.1/16'],
];
for (const [why, routes, bip] of MOVES) {
  test(`${why} moves docker0 to ${bip}, and the sentence names both`, () => {
    const free = chosen(routes);
    assert.equal(free.bip, bip);
    assert.equal(free.warnings.length, 1);
    assert.ok(free.warnings[0]?.includes(bip) && free.warnings[0].includes('rancher.docker.bip'), free.warnings[0]);
  });
}

test("docker0's own route is no collision, so that dockerd may start again", () => {
  assert.deepEqual(chosen(['172.17.0.0/16 docker0']), { bip: '172.17.0.1/16', warnings: [] });
});

test('a name server behind the default route moves docker0 too', () => {
  const { bip, warnings } = chosen(['default eth0'], {}, 'nameserver 172.17.1.1\n');
  assert.equal(bip, '172.31.0.1/16');
  assert.match(warnings.join(), /the name server 172\.17\.1\.1/);
});

test('where nothing is free docker0 stays, and the key to set is named', () => {
  const { bip, warnings } = chosen(['172.16.0.0/12 a', '192.168.0.0/16 b', '10.0.0.0/8 c']);
  assert.equal(bip, '172.17.0.1/16');
  assert.match(warnings.join(), /no private range is free\. Set rancher\.docker\.bip/);
});

test('what somebody configured stays as it is, and a collision is told', () => {
  const { bip, warnings } = chosen(['10.1.0.0/16 eth0'], { bip: '10.1.0.1/24', default_address_pools: ['10.0.0.0/8,24'] });
  assert.equal(bip, '10.1.0.1/24');
  assert.match(warnings[0] ?? '', /^rancher\.docker\.bip: 10\.1\.0\.1\/24 overlaps the route to 10\.1\.0\.0\/16 on eth0/);
  assert.match(warnings[1] ?? '', /^rancher\.docker\.default_address_pools: 10\.0\.0\.0\/8 overlaps/);
});

test('with a bridge of its own there is no docker0 to find room for', () => {
  assert.deepEqual(chosen(['172.17.0.0/16 eth0'], { bridge: 'none' }), { warnings: [] });
});

test('without an answer of ip nothing counts as taken', () => {
  const system = machine({}, { answer: () => ({ status: 127, stdout: '' }) });
  assert.deepEqual(freeBridge(system, {}), { bip: '172.17.0.1/16', warnings: [] });
});
