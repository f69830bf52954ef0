import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { askOne, type Outcome } from '../../../../overlays/ros/datasources/ask-sources.ts';
import { wantedSources } from '../../../../overlays/ros/datasources/catalogue.ts';
import { hostOf } from '../../../../overlays/ros/datasources/client.ts';
import type { Found } from '../../../../overlays/ros/datasources/datasource.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { type Machine, type MachineOptions, machine } from '../machine.ts';
import { beside, type Routes } from './server.ts';

// Real servers on this host, asked by the real curl.

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJm4CWWyk1rHc7SPX3YJMRZ4RzQ2bN1XG8cTqVfW7m2U me@here';
const OTHER_KEY = 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDMe4CWWyk1rHc7SPX3YJMRZ4RzQ2bN1XG8 you@there';
const CONFIG = '#cloud-config\nhostname: given\n';
const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
/** A leased address: a default route by 192.168.5.1. */
const LEASED = {
  '/proc/net/route': 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0105A8C0\t0003\t0\t0\t0\t00000000\n',
};

interface Given {
  readonly source: string;
  readonly routes?: Routes;
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: MachineOptions;
  /** Milliseconds of real time for curl. */
  readonly limit?: number;
}

function ask({ source, files = {}, options, limit = 10_000 }: Given, at?: (url: string) => string): { readonly outcome: Outcome; readonly on: Machine } {
  const on = machine({ ...LEASED, ...files }, { answer: ({ argv }) => (argv.includes('blkid') ? { status: 2, stdout: '' } : undefined), ...options });
  const [wanted] = wantedSources(on, { rancher: { cloud_init: { datasources: [source] } } }).wanted;
  assert.ok(wanted);
  return { outcome: askOne(on, wanted, on.now() + limit, at), on };
}

async function found(given: Given): Promise<Found> {
  return beside(given.routes ?? {}, (at) => {
    const { outcome } = ask(given, at);
    if (outcome.state !== 'found') throw new Failure(JSON.stringify(outcome));
    return outcome.found;
  });
}

async function reason(given: Given): Promise<string> {
  return beside(given.routes ?? {}, (at) => {
    const { outcome } = ask(given, at);
    if (outcome.state !== 'failed') throw new Failure(JSON.stringify(outcome));
    return outcome.reason;
  });
}

const TOKEN = { needs: { 'X-aws-ec2-metadata-token': 'the-token' } };
const EC2: Routes = {
  'PUT /latest/api/token': { body: 'the-token', needs: { 'X-aws-ec2-metadata-token-ttl-seconds': '300' } },
  'GET /latest/meta-data/instance-id': { body: 'i-1', ...TOKEN },
  'GET /latest/meta-data/hostname': { body: 'ip-10-0-0-1.internal', ...TOKEN },
  'GET /latest/meta-data/public-keys/': { body: '0=mine\n1=yours', ...TOKEN },
  'GET /latest/meta-data/public-keys/0/openssh-key': { body: `${KEY}\n`, ...TOKEN },
  'GET /latest/meta-data/public-keys/1/openssh-key': { body: OTHER_KEY, ...TOKEN },
  'GET /latest/user-data': { body: CONFIG, ...TOKEN },
};
/** The same of a service that has no tokens and refuses those who bring one. */
const OLD_EC2: Routes = Object.fromEntries(
  Object.entries(EC2)
    .slice(1)
    .map(([line, route]) => [line, { body: typeof route === 'string' ? route : (route.body ?? ''), refuses: ['x-aws-ec2-metadata-token'] }]),
);
const EC2_FOUND = { metadata: { publicKeys: { mine: KEY, yours: OTHER_KEY }, hostname: 'ip-10-0-0-1.internal' }, problems: [], userData: CONFIG };

test('ec2 shows its token with every question', async () => assert.deepEqual(await found({ source: 'ec2', routes: EC2 }), EC2_FOUND));

for (const status of [404, 405]) {
  test(`ec2 does without a token where the service does not know tokens (${status})`, async () => {
    assert.deepEqual(await found({ source: 'ec2', routes: { ...OLD_EC2, 'PUT /latest/api/token': { status } } }), EC2_FOUND);
  });
}

test('ec2 asks nothing without a token where the service refuses one', async () => {
  await beside({ ...OLD_EC2, 'PUT /latest/api/token': { status: 403 } }, async (at, server) => {
    const { outcome } = ask({ source: 'ec2' }, at);
    assert.match(JSON.stringify(outcome), /gives no token \(status 403\)/);
    assert.deepEqual(await server.asked(), ['PUT /latest/api/token']);
  });
});

test("ec2's disk is the one that the machine has", async () => {
  const { metadata } = await found({ source: 'ec2', routes: EC2, files: { '/sys/block/nvme0n1/size': '1', '/sys/block/xvda/size': '1' } });
  assert.equal(metadata.rootDisk, '/dev/nvme0n1');
});

test('a machine without keys and user-data is found all the same', async () => {
  const routes = { 'GET /1.0/meta-data/instance-id': 'i', 'GET /1.0/meta-data/local-hostname': 'vm-1' };
  assert.deepEqual(await found({ source: 'exoscale', routes }), { metadata: { publicKeys: {}, hostname: 'vm-1' }, problems: [] });
});

const aliyunToken = { needs: { 'X-aliyun-ecs-metadata-token': 'secret' } };
const ROWS: readonly (Given & { readonly sentence: string; readonly is: Found })[] = [
  {
    sentence: 'aliyun, in its hardened mode, with keys by number',
    source: 'aliyun',
    routes: {
      'PUT /latest/api/token': 'secret',
      'GET /2016-01-01/meta-data/instance-id': { body: 'i-1', ...aliyunToken },
      'GET /2016-01-01/meta-data/hostname': { body: 'ali', ...aliyunToken },
      'GET /2016-01-01/meta-data/public-keys/': { body: '0/', ...aliyunToken },
      'GET /2016-01-01/meta-data/public-keys/0/openssh-key': { body: KEY, ...aliyunToken },
      'GET /2016-01-01/user-data': { body: '#!/bin/sh\ntrue\n', ...aliyunToken },
    },
    is: { metadata: { publicKeys: { '000': KEY }, hostname: 'ali' }, problems: [], userData: '#!/bin/sh\ntrue\n' },
  },
  {
    sentence: 'user-data that is packed by gzip, and keys as a simple list',
    source: 'exoscale',
    routes: {
      'GET /1.0/meta-data/instance-id': 'i-1',
      'GET /1.0/meta-data/local-hostname': 'exo',
      'GET /1.0/meta-data/public-keys/': `${KEY}\n${OTHER_KEY}\n`,
      'GET /1.0/user-data': { body: gzipSync(CONFIG) },
    },
    is: { metadata: { publicKeys: { '000': KEY, '001': OTHER_KEY }, hostname: 'exo' }, problems: [], userData: CONFIG },
  },
  {
    sentence: 'digitalocean, with its network',
    source: 'digitalocean',
    routes: {
      'GET /metadata/v1.json': JSON.stringify({
        droplet_id: 7,
        hostname: 'drop',
        user_data: CONFIG,
        public_keys: [KEY],
        dns: { nameservers: ['8.8.8.8'] },
        interfaces: {
          public: [
            {
              mac: '04:01:2A:0F:2A:01',
              type: 'public',
              ipv4: { ip_address: '104.131.20.105', netmask: '255.255.192.0', gateway: '104.131.0.1' },
              ipv6: { ip_address: '2604:A880::1', cidr: 64, gateway: '2604:A880::F' },
            },
          ],
        },
      }),
    },
    is: {
      metadata: { publicKeys: { '000': KEY }, hostname: 'drop', addresses: { public_ipv4: '104.131.20.105', public_ipv6: '2604:A880::1' } },
      problems: [],
      userData: CONFIG,
      network: {
        interfaces: {
          'mac:04:01:2a:0f:2a:01': {
            match: 'mac:04:01:2a:0f:2a:01',
            dhcp: false,
            addresses: ['104.131.20.105/18', '2604:A880::1/64'],
            gateway: '104.131.0.1',
            gateway_ipv6: '2604:A880::F',
          },
        },
        dns: { nameservers: ['8.8.8.8'] },
      },
    },
  },
  {
    sentence: 'equinix, which is packet, with its bond',
    source: 'equinix',
    routes: {
      'GET /metadata': JSON.stringify({
        id: 'x',
        hostname: 'metal',
        ssh_keys: [KEY],
        network: {
          bonding: { mode: 4 },
          interfaces: [{ name: 'eth0', mac: '0c:c4:7a:00:00:01', bond: 'bond0' }],
          addresses: [{ address: '147.75.1.2', cidr: 31, gateway: '147.75.1.1', public: true, enabled: true }],
        },
      }),
      'GET /userdata': CONFIG,
    },
    is: {
      metadata: { publicKeys: { '000': KEY }, hostname: 'metal' },
      problems: [],
      userData: CONFIG,
      network: {
        interfaces: {
          'mac:0c:c4:7a:00:00:01': { match: 'mac:0c:c4:7a:00:00:01', bond: 'bond0' },
          bond0: { bond_opts: { mode: '4', miimon: '100', xmit_hash_policy: 'layer3+4' }, addresses: ['147.75.1.2/31'], gateway: '147.75.1.1' },
        },
      },
    },
  },
  {
    sentence: "gce, with the project's keys but those that are over",
    source: 'gce',
    routes: {
      'GET /computeMetadata/v1/?recursive=true&alt=json': {
        needs: { 'Metadata-Flavor': 'Google' },
        body: JSON.stringify({
          instance: {
            id: 1,
            hostname: 'vm.c.project.internal',
            attributes: {
              'user-data': CONFIG,
              'ssh-keys': `me:${KEY}\nold:${KEY} google-ssh {"userName":"a","expireOn":"2018-12-04T20:12:00+0000"}\nnew:${OTHER_KEY} google-ssh {"userName":"b","expireOn":"2099-12-04T20:12:00+0000"}`,
            },
          },
          project: { attributes: { 'ssh-keys': `you:${OTHER_KEY}` } },
        }),
      },
    },
    is: {
      // Until when a key is good is sshd's business: the clock may be set later, and time goes on.
      metadata: {
        publicKeys: { '000': KEY, '001': `expiry-time="20991204201200Z" ${OTHER_KEY} google-ssh {"userName":"b","expireOn":"2099-12-04T20:12:00+0000"}`, '002': OTHER_KEY },
        hostname: 'vm.c.project.internal',
      },
      problems: [],
      userData: CONFIG,
    },
  },
  {
    sentence: 'azure, with userData in base64',
    source: 'azure',
    routes: {
      'GET /metadata/instance?api-version=2021-12-13&format=json': {
        needs: { Metadata: 'true' },
        body: JSON.stringify({ compute: { name: 'vm', osProfile: { computerName: 'azur' }, publicKeys: [{ path: '/home/x', keyData: `${KEY}\r\n` }], userData: base64(gzipSync(CONFIG)) } }),
      },
    },
    is: { metadata: { publicKeys: { '000': KEY }, hostname: 'azur' }, problems: [], userData: CONFIG },
  },
  { sentence: 'url', source: 'url:http://somewhere/x.yml', routes: { 'GET /x.yml': CONFIG }, is: { metadata: { publicKeys: {} }, problems: [], userData: CONFIG } },
  {
    sentence: 'url, which may be sent on',
    source: 'url:http://somewhere/x.yml',
    routes: { 'GET /x.yml': { status: 302, headers: { location: '/y.yml' } }, 'GET /y.yml': CONFIG },
    is: { metadata: { publicKeys: {} }, problems: [], userData: CONFIG },
  },
  {
    sentence: 'cmdline',
    source: 'cmdline',
    files: { '/proc/cmdline': 'quiet cloud-config-url=http://somewhere/x.yml panic=10\n' },
    routes: { 'GET /x.yml': CONFIG },
    is: { metadata: { publicKeys: {} }, problems: [], userData: CONFIG },
  },
];
for (const { sentence, is, ...given } of ROWS) test(`found: ${sentence}`, async () => assert.deepEqual(await found(given), is));

const STACK: Routes = { 'GET /latest/meta-data/instance-id': 'i', 'GET /latest/meta-data/local-hostname': 'stacked', 'GET /latest/user-data': CONFIG };
test('cloudstack asks the server that leased the address', async () => {
  await beside(STACK, (at) => {
    const asked: string[] = [];
    const { outcome } = ask(
      { source: 'cloudstack', options: { answer: ({ argv }) => (argv[0] === 'dhcpcd' ? { status: 0, stdout: "reason=BOUND\ndhcp_server_identifier='192.168.5.9'\n" } : undefined) } },
      (url) => {
        asked.push(url);
        return at(url);
      },
    );
    assert.equal(outcome.state, 'found');
    assert.deepEqual([...new Set(asked.map((url) => new URL(url).hostname))], ['192.168.5.9']);
  });
});

test('cloudstack asks the gateway where nobody knows of a lease', async () => {
  await beside(STACK, (at) => {
    let host = '';
    ask({ source: 'cloudstack', options: { answer: ({ argv }) => (argv[0] === 'dhcpcd' ? { status: 1, stdout: '' } : undefined) } }, (url) => {
      host = new URL(url).hostname;
      return at(url);
    });
    assert.equal(host, '192.168.5.1');
  });
});

const URL_SOURCE = 'url:http://user:password@somewhere/x.yml';
const ONE = (route: Routes[string]): Routes => ({ 'GET /x.yml': route });
const REFUSED: readonly (Given & { readonly sentence: string; readonly says: RegExp })[] = [
  { sentence: 'a file that is not there', source: URL_SOURCE, says: /no such file \(status 404\)/ },
  { sentence: 'a server that is broken', source: URL_SOURCE, routes: ONE({ status: 500 }), says: /answered with status 500/ },
  { sentence: 'a server that lets nobody in', source: URL_SOURCE, routes: ONE({ status: 403 }), says: /answered with status 403/ },
  { sentence: 'a page about a mistake instead of a status', source: URL_SOURCE, routes: ONE('\n<!DOCTYPE html><title>Login</title>'), says: /a web page/ },
  { sentence: 'bytes that are no text', source: URL_SOURCE, routes: ONE({ body: Uint8Array.of(0, 1, 255, 254) }), says: /no text/ },
  { sentence: 'more than fits', source: URL_SOURCE, routes: ONE('#'.repeat(300 * 1024)), says: /more than 262144 bytes/ },
  { sentence: 'more than fits once it is unpacked', source: URL_SOURCE, routes: ONE({ body: gzipSync(Buffer.alloc(50_000_000, '#')) }), says: /more than 262144 bytes/ },
  { sentence: 'redirects without an end', source: URL_SOURCE, routes: ONE({ status: 302, headers: { location: '/x.yml' } }), says: /without an end/ },
  { sentence: 'a redirect to a file of the machine', source: URL_SOURCE, routes: ONE({ status: 302, headers: { location: 'file:///etc/passwd' } }), says: /no address that can be asked/ },
  { sentence: 'an answer that never ends', source: URL_SOURCE, routes: ONE({ pace: 'drip' }), limit: 700, says: /not to the end in time/ },
  { sentence: 'an answer that never begins', source: URL_SOURCE, routes: ONE({ pace: 'never' }), limit: 700, says: /does not answer/ },
  { sentence: 'an address of another kind', source: 'url:file:///etc/passwd', says: /begins with http/ },
  {
    sentence: 'metadata that is sent on to elsewhere',
    source: 'digitalocean',
    routes: { 'GET /metadata/v1.json': { status: 302, headers: { location: 'http://127.0.0.1:9/' } } },
    says: /sends on to another place/,
  },
  { sentence: 'metadata that is not JSON', source: 'digitalocean', routes: { 'GET /metadata/v1.json': '{"droplet_id": 1' }, says: /metadata is not JSON$/ },
  { sentence: 'metadata that is a list', source: 'gce', routes: { 'GET /computeMetadata/v1/?recursive=true&alt=json': '[]' }, says: /no mapping/ },
  { sentence: "metadata of another platform's", source: 'ec2', routes: { 'PUT /latest/api/token': { status: 404 } }, says: /another platform's/ },
  { sentence: 'a token of several lines', source: 'ec2', routes: { ...EC2, 'PUT /latest/api/token': 'a\r\nX-Other: b' }, says: /something else than a token/ },
  { sentence: 'userData that is not base64', source: 'azure', routes: { 'GET /metadata/instance?api-version=2021-12-13&format=json': '{"compute":{"userData":"<>"}}' }, says: /is not base64/ },
  { sentence: 'cmdline without an address', source: 'cmdline', files: { '/proc/cmdline': 'quiet\n' }, says: /has no cloud-config-url=/ },
];
for (const { sentence, says, ...given } of REFUSED) {
  test(`refused with a sentence: ${sentence}`, async () => {
    const text = await reason(given);
    assert.match(text, says);
    assert.doesNotMatch(text, /password/);
  });
}

test('nobody at the address is asked again, and then told', () => {
  const { outcome, on } = ask({ source: 'ec2' }, () => 'http://127.0.0.1:9/');
  assert.deepEqual(outcome, { name: 'ec2', state: 'failed', reason: '169.254.169.254 cannot be reached', mayPass: true });
  assert.equal(on.now(), 200 + 400);
});

test('while there is no address, it is waited for to the end', () => {
  const { outcome, on } = ask({ source: 'ec2', files: { '/proc/net/route': 'Iface\tDestination\tGateway\ndocker-sys\t00002AAC\t00000000\t0001\n' } }, () => 'http://127.0.0.1:9/');
  assert.match(JSON.stringify(outcome), /cannot be reached \(there is no address yet\)/);
  assert.ok(on.now() >= 8000, `${on.now()} ms were waited`);
});

test('keys and hostnames that could do harm are left out with a sentence, the others count', async () => {
  const droplet = { droplet_id: 1, hostname: 'a b\n127.0.0.1 evil', public_keys: [`${KEY}\nssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ evil`, 'no key', 7, OTHER_KEY] };
  const { metadata, problems } = await found({ source: 'digitalocean', routes: { 'GET /metadata/v1.json': JSON.stringify(droplet) } });
  assert.deepEqual(metadata, { publicKeys: { '003': OTHER_KEY } });
  assert.equal(problems.length, 4);
  assert.match(problems.join('\n'), /hostname “a b 127.0.0.1 evil” is left out[\s\S]*“000” is left out: it has more than one line[\s\S]*“001” is left out: it is no public key/);
});

for (const [url, host] of [
  ['http://user:password@somewhere/x', 'somewhere'],
  ['http://user:pass@word@somewhere:8080/x', 'somewhere:8080'],
  ['http://user:pass/word@somewhere/x', 'the server'],
  ['user:password@somewhere/x', 'somewhere'],
  ['user:pass/word@somewhere/x', 'the server'],
  ['https://[fd00::1]:8443/x', '[fd00::1]:8443'],
  ['tftp://10.0.0.1/a@b', '10.0.0.1'],
] as const) {
  test(`a sentence names of an address the host alone: ${url}`, () => assert.equal(hostOf(url), host));
}
