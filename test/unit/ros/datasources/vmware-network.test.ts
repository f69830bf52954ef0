import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askOne, type Outcome } from '../../../../overlays/ros/datasources/ask-sources.ts';
import { wantedSources } from '../../../../overlays/ros/datasources/catalogue.ts';
import { machine } from '../machine.ts';

// A stand-in answers for vmware-rpctool: no VMware has been here.

const ASKED: string[] = [];

function ask(values: Readonly<Record<string, string>>): Outcome {
  ASKED.length = 0;
  const on = machine(
    {},
    {
      answer: ({ argv }) => {
        if (argv[0] === 'sh' && argv.at(-1) === 'vmware-rpctool') return { status: 0, stdout: '' };
        if (argv[0] !== 'vmware-rpctool') return undefined;
        ASKED.push(argv[1] ?? '');
        const value = values[argv[1]?.replace('info-get guestinfo.', '') ?? ''];
        return value === undefined ? { status: 1, stdout: 'No value found\n' } : { status: 0, stdout: `${value}\n` };
      },
    },
  );
  const [wanted] = wantedSources(on, { rancher: { cloud_init: { datasources: ['vmware'] } } }).wanted;
  assert.ok(wanted);
  return askOne(on, wanted, 10_000);
}

const VMX = {
  'interface.0.name': 'eth0',
  'interface.0.dhcp': 'no',
  'interface.0.role': 'public',
  'interface.0.ip.0.address': '192.0.2.50/24',
  'interface.0.route.0.gateway': '192.0.2.1',
  'dns.server.0': '192.0.2.53',
  'dns.domain.0': 'lab.example',
};
const NETWORK = {
  interfaces: { eth0: { dhcp: false, addresses: ['192.0.2.50/24'], gateway: '192.0.2.1' } },
  dns: { nameservers: ['192.0.2.53'], search: ['lab.example'] },
};

test('guestinfo.interface and guestinfo.dns are the network, beside a name', () => {
  const outcome = ask({ hostname: 'box', ...VMX });
  assert.deepEqual(outcome.state === 'found' ? outcome.found : outcome, {
    metadata: { publicKeys: {}, hostname: 'box', addresses: { public_ipv4: '192.0.2.50' } },
    problems: [],
    network: NETWORK,
  });
});

test('they are enough alone', () => {
  const outcome = ask(VMX);
  assert.deepEqual(outcome.state === 'found' && outcome.found.network, NETWORK);
});

test('the same in an OVF environment', () => {
  const properties = Object.entries(VMX).map(([key, value]) => `<Property oe:key="guestinfo.${key}" oe:value="${value}"/>`);
  const outcome = ask({ ovfEnv: `<Environment><PropertySection>${properties.join('')}</PropertySection></Environment>` });
  assert.deepEqual(outcome.state === 'found' && outcome.found.network, NETWORK);
});

test('several cards, by hardware address too, with netmasks, several addresses, routes and lists of name servers', () => {
  const outcome = ask({
    'interface.0.mac': '00:50:56:AA:BB:CC',
    'interface.0.ip.0.address': '192.0.2.50',
    'interface.0.ip.0.netmask': '255.255.255.0',
    'interface.0.ip.1.address': '2001:db8::50/64',
    'interface.0.route.0.gateway': '192.0.2.1',
    'interface.0.route.0.destination': '0.0.0.0/0',
    'interface.0.route.1.gateway': '2001:db8::1',
    'interface.0.route.1.destination': '::/0',
    'interface.0.route.2.gateway': '192.0.2.9',
    'interface.0.route.2.destination': '10.0.0.0/8',
    'interface.1.dhcp': 'yes',
    'interface.1.role': 'private',
    'dns.servers': '192.0.2.53, 192.0.2.54',
  });
  assert.deepEqual(outcome.state === 'found' && outcome.found.network, {
    interfaces: {
      'mac:00:50:56:aa:bb:cc': {
        match: 'mac:00:50:56:aa:bb:cc',
        dhcp: false,
        addresses: ['192.0.2.50/24', '2001:db8::50/64'],
        gateway: '192.0.2.1',
        gateway_ipv6: '2001:db8::1',
        post_up: ['ip route replace 10.0.0.0/8 via 192.0.2.9 dev $iface'],
      },
      eth1: { dhcp: true },
    },
    dns: { nameservers: ['192.0.2.53', '192.0.2.54'] },
  });
});

test('an address that is none is told, and the machine stays within reach', () => {
  const outcome = ask({ 'interface.0.name': 'eth0', 'interface.0.ip.0.address': '192.0.2.50' });
  assert.ok(outcome.state === 'found');
  assert.deepEqual(outcome.found.network, { interfaces: { eth0: { dhcp: true } } });
  assert.match(outcome.found.problems.join(), /192\.0\.2\.50 is left out, because it has no netmask/);
});

test('a machine without any of it is asked for little, and for nothing twice', () => {
  ask({ hostname: 'box' });
  assert.equal(new Set(ASKED).size, ASKED.length);
  assert.ok(ASKED.length < 40, `${ASKED.length} variables were asked for`);
});
