import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Addresses, fillAddresses } from '../../../../overlays/ros/config/addresses.ts';
import { loadConfig } from '../../../../overlays/ros/config/sources.ts';
import { askOne } from '../../../../overlays/ros/datasources/ask-sources.ts';
import { wantedSources } from '../../../../overlays/ros/datasources/catalogue.ts';
import { fetchConfiguration } from '../../../../overlays/ros/datasources/fetch.ts';
import { addressName } from '../../../../overlays/ros/network/subnet.ts';
import { machine } from '../machine.ts';
import { beside, type Routes } from './server.ts';

const ROUTED = { '/proc/net/route': 'Iface\tDestination\tGateway \teth0\neth0\t00000000\t0105A8C0\t0003\t0\t0\t0\t00000000\n' };
const USER_DATA = `#cloud-config
write_files:
  - path: /opt/app.env
    content: |
      ADDRESS=$private_ipv4
      OUTSIDE=$public_ipv4
      AS IT STANDS=\\$private_ipv4 $private_ipv4_of_mine
rancher:
  docker: {extra_args: ["--label", "ip=$private_ipv4"]}
`;

/** What each platform says about the machine's addresses, in its own words. */
const PLATFORMS: readonly { readonly source: string; readonly routes: Routes; readonly addresses: Addresses }[] = [
  {
    source: 'ec2',
    routes: {
      'PUT /latest/api/token': { status: 404 },
      'GET /latest/meta-data/instance-id': 'i',
      'GET /latest/meta-data/local-ipv4': '10.1.2.3\n',
      'GET /latest/meta-data/public-ipv4': '203.0.113.9',
    },
    addresses: { private_ipv4: '10.1.2.3', public_ipv4: '203.0.113.9' },
  },
  {
    source: 'exoscale',
    routes: { 'GET /1.0/meta-data/instance-id': 'i', 'GET /1.0/meta-data/local-ipv4': 'none of that', 'GET /1.0/meta-data/public-ipv4': '203.0.113.9' },
    addresses: { public_ipv4: '203.0.113.9' },
  },
  {
    source: 'aliyun',
    routes: {
      'PUT /latest/api/token': { status: 404 },
      'GET /2016-01-01/meta-data/instance-id': 'i',
      'GET /2016-01-01/meta-data/private-ipv4': '10.1.2.3',
      'GET /2016-01-01/meta-data/eipv4': '203.0.113.9',
    },
    addresses: { private_ipv4: '10.1.2.3', public_ipv4: '203.0.113.9' },
  },
  {
    source: 'cloudstack',
    routes: { 'GET /latest/meta-data/instance-id': 'i', 'GET /latest/meta-data/local-ipv4': '10.1.2.3', 'GET /latest/meta-data/public-ipv4': '203.0.113.9' },
    addresses: { private_ipv4: '10.1.2.3', public_ipv4: '203.0.113.9' },
  },
  {
    source: 'digitalocean',
    routes: {
      'GET /metadata/v1.json': JSON.stringify({
        droplet_id: 1,
        interfaces: {
          public: [{ ipv4: { ip_address: '203.0.113.9' }, ipv6: { ip_address: '2001:db8::9' } }],
          private: [{ ipv4: { ip_address: '10.1.2.3' } }],
        },
      }),
    },
    addresses: { private_ipv4: '10.1.2.3', public_ipv4: '203.0.113.9', public_ipv6: '2001:db8::9' },
  },
  {
    source: 'packet',
    routes: {
      'GET /metadata': JSON.stringify({
        id: 'x',
        network: {
          addresses: [
            { address: '203.0.113.9', address_family: 4, public: true },
            { address: '2001:db8::9', address_family: 6, public: true },
            { address: '10.1.2.3', address_family: 4, public: false },
          ],
        },
      }),
    },
    addresses: { private_ipv4: '10.1.2.3', public_ipv4: '203.0.113.9', public_ipv6: '2001:db8::9' },
  },
  {
    source: 'gce',
    routes: {
      'GET /computeMetadata/v1/?recursive=true&alt=json': JSON.stringify({
        instance: { hostname: 'g', networkInterfaces: [{ ip: '10.1.2.3', accessConfigs: [{ externalIp: '203.0.113.9' }] }] },
      }),
    },
    addresses: { private_ipv4: '10.1.2.3', public_ipv4: '203.0.113.9' },
  },
  {
    source: 'azure',
    routes: {
      'GET /metadata/instance?api-version=2021-12-13&format=json': JSON.stringify({
        compute: { name: 'a' },
        network: { interface: [{ ipv4: { ipAddress: [{ privateIpAddress: '10.1.2.3', publicIpAddress: '203.0.113.9' }] } }] },
      }),
    },
    addresses: { private_ipv4: '10.1.2.3', public_ipv4: '203.0.113.9' },
  },
];
for (const { source, routes, addresses } of PLATFORMS) {
  test(`${source} says which addresses the machine has`, () =>
    beside(routes, (at) => {
      const on = machine(ROUTED, { answer: ({ argv }) => (argv.includes('blkid') || argv[0] === 'dhcpcd' ? { status: 2, stdout: '' } : undefined) });
      const [wanted] = wantedSources(on, { rancher: { cloud_init: { datasources: [source] } } }).wanted;
      assert.ok(wanted);
      const outcome = askOne(on, wanted, on.now() + 10_000, at);
      assert.ok(outcome.state === 'found', JSON.stringify(outcome));
      assert.deepEqual(outcome.found.metadata.addresses, addresses);
    }));
}

function withUserData(userData: string, files: Readonly<Record<string, string>> = {}) {
  const on = machine(
    { '/dev/kmsg': '', '/usr/share/ros/os-config.yml': 'rancher: {cloud_init: {datasources: ["nocloud:/seed"]}}\n', '/seed/user-data': userData, ...files },
    {
      answer: ({ argv }) => {
        if (argv.includes('blkid')) return { status: 2, stdout: '' };
        return ['hostname', 'ros', 'system-docker'].includes(argv[0] ?? '') ? { status: 0, stdout: '' } : undefined;
      },
    },
  );
  fetchConfiguration(on);
  return on;
}

test('addresses stand in the configuration in the place of their names, from the next call of the program and the next start on', () => {
  const on = withUserData(USER_DATA, { '/seed/network-config': 'version: 2\nethernets: {eth0: {addresses: [203.0.113.9/24, 192.168.7.3/24, 192.168.7.4/24]}}\n' });
  const { config, problems } = loadConfig(on);
  assert.equal(config.write_files?.[0]?.content, 'ADDRESS=192.168.7.3\nOUTSIDE=203.0.113.9\nAS IT STANDS=$private_ipv4 $private_ipv4_of_mine\n');
  assert.deepEqual(config.rancher?.docker?.extra_args, ['--label', 'ip=192.168.7.3']);
  assert.deepEqual(problems, []);
  // What was saved is as it came: an address may be another one at the next start.
  assert.match(on.readText('/var/lib/rancher/conf/cloud-config.d/boot.yml') ?? '', /ip=\$private_ipv4/);
});

test('an address that nobody has said stays as it stands, and is told by its name and place', () => {
  const on = withUserData(USER_DATA, { '/seed/meta-data': 'instance-id: 1\n' });
  const { config, problems } = loadConfig(on);
  assert.deepEqual(config.rancher?.docker?.extra_args, ['--label', 'ip=$private_ipv4']);
  assert.deepEqual(
    problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
    ['5:15 “$private_ipv4” stays as it stands: no datasource has said this address of the machine.', '6:15 “$public_ipv4” stays as it stands: no datasource has said this address of the machine.'],
  );
});

test("the user's own file is filled in too, and the release's is not", () => {
  const addresses = { private_ipv4: '10.0.0.1' };
  const on = machine({
    '/var/lib/rancher/conf/metadata': JSON.stringify({ publicKeys: {}, addresses }),
    '/var/lib/rancher/conf/cloud-config.yml': 'rancher: {environment: {A: $private_ipv4}}\n',
    '/usr/share/ros/os-config.yml': 'rancher: {environment: {B: $private_ipv4}}\n',
  });
  assert.deepEqual(loadConfig(on).config.rancher?.environment, { A: '10.0.0.1', B: '$private_ipv4' });
  assert.deepEqual(fillAddresses('$private_ipv4$private_ipv4', addresses).text, '10.0.0.110.0.0.1');
});

test('addresses that reach everywhere are public, those of the link alone are neither', () => {
  const names = ['10.0.0.1/8', '172.31.0.1', '192.168.1.1/24', '100.64.0.1', '8.8.8.8', 'fd00::1/64', '2001:db8::1', 'fe80::1', '169.254.1.1', 'x'].map(addressName);
  assert.deepEqual(names, ['private_ipv4', 'private_ipv4', 'private_ipv4', 'private_ipv4', 'public_ipv4', 'private_ipv6', 'public_ipv6', undefined, undefined, undefined]);
});
