import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Network } from '../../../../overlays/ros/config/schema.ts';
import { connectText, parseBearer, tendModems } from '../../../../overlays/ros/network/modem.ts';
import { applyWifi, withWifiAddress, wpaConfig } from '../../../../overlays/ros/network/wifi.ts';
import { machine } from '../machine.ts';

const WPA: readonly (readonly [string, Parameters<typeof wpaConfig>[0], string])[] = [
  ['a password', { ssid: 'home', psk: 'correct horse' }, 'ssid="home"\n  psk="correct horse"'],
  ['a password with quotes and a backslash', { ssid: 'home', psk: 'say "hi" \\o/ ü' }, 'ssid="home"\n  psk="say "hi" \\o/ ü"'],
  ['half of a letter of two halves', { ssid: '\ud83d' }, 'ssid=efbfbd\n  key_mgmt=NONE'],
  ['a key made of the password', { ssid: 'home', psk: 'ab'.repeat(32) }, `ssid="home"\n  psk=${'ab'.repeat(32)}`],
  ['a name with a quote and with letters beyond ASCII', { ssid: 'Zoë"s' }, 'ssid=5a6fc3ab2273\n  key_mgmt=NONE'],
  [
    'WPA Enterprise',
    { ssid: 'work', key_mgmt: 'WPA-EAP', eap: 'PEAP', identity: 'me', password: 'pw', ca_certs: ['/a.pem', '/b.pem'], phases: ['peaplabel=0', 'auth=MSCHAPV2'] },
    'ssid="work"\n  key_mgmt=WPA-EAP\n  eap=PEAP\n  identity="me"\n  password="pw"\n  ca_cert="/a.pem"\n  ca_cert2="/b.pem"\n  phase1="peaplabel=0"\n  phase2="auth=MSCHAPV2"',
  ],
];
for (const [sentence, wifi, lines] of WPA) {
  test(`${sentence} in the words of wpa_supplicant`, () => assert.ok(wpaConfig(wifi).includes(`network={\n  ${lines}\n}`), wpaConfig(wifi)));
}

function wifi(network: Network, hasProgram = true) {
  const said: string[] = [];
  const status = hasProgram ? 0 : 1;
  const system = machine({}, { answer: ({ argv }) => (argv[2]?.includes('command -v') ? { status, stdout: '' } : undefined) });
  const config = network.interfaces?.['wlan0'] ?? {};
  const apply = () => applyWifi(system, network, new Map([['wlan0', { key: 'wlan0', config }]]), (path, sentence) => said.push(`${path.join('.')}: ${sentence}`));
  return { said, system, apply };
}

const NETWORK: Network = { interfaces: { wlan0: { wifi_network: 'home' } }, wifi_networks: { home: { ssid: 'home', psk: 'correct horse' } } };

test('only root may read the passwords, and an order is given once', () => {
  const { system, apply, said } = wifi(NETWORK);
  assert.deepEqual(apply(), ['wifi wlan0']);
  assert.equal(statSync(join(system.root, '/run/ros/wpa/wlan0.conf')).mode & 0o777, 0o600);
  assert.deepEqual(apply(), []);
  assert.deepEqual(said, []);
});

const WRONG: readonly (readonly [string, Network, boolean, RegExp])[] = [
  ['a network that is not described', { ...NETWORK, wifi_networks: {} }, true, /^interfaces\.wlan0\.wifi_network: there is no home/],
  ['a password that is too short', { ...NETWORK, wifi_networks: { home: { ssid: 'home', psk: 'short' } } }, true, /^wifi_networks\.home\.psk: .*8 to 63/],
  ['a password of 64 letters', { ...NETWORK, wifi_networks: { home: { ssid: 'home', psk: 'x'.repeat(64) } } }, true, /^wifi_networks\.home\.psk: .*8 to 63/],
  ['a password of two lines', { ...NETWORK, wifi_networks: { home: { ssid: 'home', psk: 'correct\nhorse=1' } } }, true, /^wifi_networks\.home\.psk: /],
  ['a release without wpa_supplicant', NETWORK, false, /^interfaces\.wlan0\.wifi_network: this release has no wpa_supplicant/],
];
for (const [sentence, network, hasProgram, expected] of WRONG) {
  test(`${sentence} is told with its key`, () => {
    const { apply, said } = wifi(network, hasProgram);
    assert.deepEqual(apply(), []);
    assert.match(said.join('\n'), expected);
    assert.doesNotMatch(said.join('\n'), /horse/);
  });
}

test('a wireless network may bring the address along', () => {
  const network: Network = { ...NETWORK, wifi_networks: { home: { address: '10.0.0.5/24', gateway: '10.0.0.1' } } };
  const { config } = withWifiAddress({ key: 'wlan0', config: { wifi_network: 'home' } }, network);
  assert.equal(`${config.address} ${config.gateway}`, '10.0.0.5/24 10.0.0.1');
});

test('what ModemManager is told', () => {
  assert.equal(connectText({ apn: 'internet', user: 'me', password: 'a,b', pin: '1234', extra_args: 'allow-roaming=yes' }), "apn=internet,user=me,password='a,b',pin=1234,allow-roaming=yes");
});

const BEARER = {
  bearer: { status: { interface: 'wwan0' }, 'ipv4-config': { method: 'static', address: '10.64.1.2', prefix: '30', gateway: '10.64.1.1', dns: ['10.64.0.1'] } },
};

const BOTH_VERSIONS = {
  bearer: {
    status: { interface: 'wwan0' },
    'ipv4-config': { method: 'static', address: '10.64.1.2', prefix: '30', gateway: '10.64.1.1', dns: ['10.64.0.1'], mtu: '1430' },
    'ipv6-config': { method: 'static', address: '2001:db8::2', prefix: '64', gateway: '2001:db8::1', dns: ['2001:db8::53', '--'], mtu: '1500' },
  },
};

test('the addresses that a modem was given', () => {
  assert.deepEqual(parseBearer(JSON.stringify(BEARER)), { name: 'wwan0', addresses: [{ address: '10.64.1.2/30', gateway: '10.64.1.1' }], nameservers: ['10.64.0.1'] });
  assert.deepEqual(parseBearer(JSON.stringify(BOTH_VERSIONS)), {
    name: 'wwan0',
    addresses: [
      { address: '10.64.1.2/30', gateway: '10.64.1.1' },
      { address: '2001:db8::2/64', gateway: '2001:db8::1' },
    ],
    mtu: 1430,
    nameservers: ['10.64.0.1', '2001:db8::53'],
  });
  assert.deepEqual(parseBearer('{"bearer": {"status": {"interface": "wwan0"}, "ipv4-config": {"method": "dhcp"}}}'), { name: 'wwan0', addresses: [], nameservers: [] });
  assert.equal(parseBearer('{"bearer": {"status": {"interface": "--"}}}'), undefined);
});

const NETWORKS: Network = { modem_networks: { first: { apn: 'internet' }, second: { apn: 'other' } } };

/** A machine with one modem in a state, and what it was asked. */
function withModem(state: string, { connects = true, bearer = BEARER as object, has = [] as readonly object[] } = {}) {
  const asked: string[] = [];
  const system = machine(
    {},
    {
      answer: ({ argv, stdin }) => {
        asked.push([...argv, ...(stdin ? [stdin.trim()] : [])].join(' '));
        if (argv.includes('-L')) return { status: 0, stdout: '{"modem-list": ["/m/0"]}' };
        if (argv.includes('-b')) return { status: 0, stdout: JSON.stringify(bearer) };
        if (argv.join(' ') === 'ip -j -d address show') return { status: 0, stdout: JSON.stringify([{ ifname: 'wwan0', addr_info: has }]) };
        if (argv.some((word) => word.startsWith('--simple-connect'))) return connects ? { status: 0, stdout: '' } : { status: 1, stdout: 'error: no SIM\n' };
        return { status: 0, stdout: `{"modem": {"generic": {"state": "${state}", "bearers": ["/b/0"]}}}` };
      },
    },
  );
  return { asked, system };
}

test('each modem is connected to the network of its place, and its interface gets what the modem was given', () => {
  const { asked, system } = withModem('registered');
  assert.deepEqual(tendModems(system, NETWORKS), []);
  assert.ok(asked.includes('mmcli -m /m/0 --simple-connect=apn=internet'), asked.join('\n'));
  assert.deepEqual(asked.slice(-4), [
    'ip link set wwan0 up',
    'ip address replace 10.64.1.2/30 dev wwan0',
    'ip route replace default via 10.64.1.1 dev wwan0 metric 700',
    'resolvconf -a wwan0.modem nameserver 10.64.0.1',
  ]);
});

test('both versions and the size of packets are set, and what an earlier connection left goes', () => {
  const has = [
    { family: 'inet', local: '10.64.7.9', prefixlen: 30, scope: 'global' },
    { family: 'inet6', local: '2001:db8::2', prefixlen: 64, scope: 'global' },
    { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
  ];
  const { asked, system } = withModem('connected', { bearer: BOTH_VERSIONS, has });
  assert.deepEqual(tendModems(system, NETWORKS), []);
  assert.deepEqual(asked.slice(-7), [
    'ip link set wwan0 mtu 1430 up',
    'ip address delete 10.64.7.9/30 dev wwan0',
    'ip address replace 10.64.1.2/30 dev wwan0',
    'ip route replace default via 10.64.1.1 dev wwan0 metric 700',
    'ip -6 address replace 2001:db8::2/64 dev wwan0',
    'ip -6 route replace default via 2001:db8::1 dev wwan0 metric 700',
    'resolvconf -a wwan0.modem nameserver 10.64.0.1\nnameserver 2001:db8::53',
  ]);
});

test('a modem that is connected is left connected', () => {
  const { asked, system } = withModem('connected');
  tendModems(system, NETWORKS);
  assert.ok(!asked.some((line) => line.includes('--simple-connect')), asked.join('\n'));
});

test('a modem that does not connect is told with its key, and its interface is left alone', () => {
  const { asked, system } = withModem('locked', { connects: false });
  assert.deepEqual(tendModems(system, NETWORKS), ['rancher.network.modem_networks.first: the modem did not connect: error: no SIM']);
  assert.ok(!asked.some((line) => line.startsWith('ip ')), asked.join('\n'));
});

test('modems without ModemManager are told with the key, where somebody configured one', () => {
  const system = machine({}, { answer: () => ({ status: 127, stdout: '' }) });
  assert.match(tendModems(system, { modem_networks: { wwan0: { apn: 'x' } } }).join('\n'), /^rancher\.network\.modem_networks: no modem was connected/);
  assert.deepEqual(tendModems(system, {}), []);
});
