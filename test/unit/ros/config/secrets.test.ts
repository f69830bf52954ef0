import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { config } from '../../../../overlays/ros/commands/config.ts';
import type { Tree } from '../../../../overlays/ros/config/merge.ts';
import { readCloudConfig } from '../../../../overlays/ros/config/read.ts';
import { CLOUD_CONFIG } from '../../../../overlays/ros/config/schema.ts';
import type { Schema } from '../../../../overlays/ros/config/schema-words.ts';
import { withoutSecrets } from '../../../../overlays/ros/config/secrets.ts';
import { machine } from '../machine.ts';

const FILE = '/var/lib/rancher/conf/cloud-config.yml';
const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----\n';

const TEXT = JSON.stringify({
  hostname: 'a',
  ssh_authorized_keys: ['ssh-ed25519 AAAApublic ann@host'],
  write_files: [
    { path: '/k', content: KEY },
    { path: '/t', content: 'plain' },
  ],
  runcmd: ['curl https://ann:hunter2@host/x', ['mount', '--password=hunter2', '/x']],
  rancher: {
    password: 'hunter2',
    ssh: { port: 23, keys: { rsa: 'hunter2', 'rsa-pub': 'ssh-rsa AAAApublic' } },
    registry_auths: { 'r.example': { username: 'ann', password: 'hunter2', auth: 'hunter2', identitytoken: 'hunter2', registrytoken: 'hunter2' } },
    environment: { DB_PASSWORD: 'hunter2', AWS_SECRET_ACCESS_KEY: 'hunter2', GITHUB_TOKEN: 'hunter2', SSH_PUBLIC_KEY: 'AAAApublic', KEYBOARD: 'de', MONKEY: 'grey' },
    services: {
      db: { image: 'x', environment: { MYSQL_ROOT_PASSWORD: 'hunter2', TZ: 'UTC' } },
      web: { image: 'y', environment: ['API_KEY=hunter2', 'TZ=UTC', 'NAME'], log_opt: { 'splunk-token': 'hunter2', tag: 'w' } },
    },
    services_include: { 'https://ann:hunter2@host/a.yml': true },
    docker: { ca_key: 'hunter2', server_key: 'hunter2', tls: true, environment: ['HTTPS_PROXY=http://u:hunter2@proxy:3128'] },
    cloud_init: { datasources: ['url:https://ann:hunter2@host/cc?token=hunter2&mac=1'] },
    network: {
      http_proxy: 'http://ann:hunter2@proxy:3128',
      wifi_networks: { home: { ssid: 'home', psk: 'hunter2' }, work: { ssid: 'work', password: 'hunter2', private_key_passwds: ['hunter2'], identity: 'ann' } },
      modem_networks: { m: { apn: 'net', pin: '1234', password: 'hunter2' } },
    },
    sysctl: { 'kernel.keys.maxkeys': '2000' },
  },
});

function exported(...words: readonly string[]): string {
  const system = machine({ [FILE]: TEXT });
  assert.equal(config(system, ['export', ...words]), 0);
  return system.printed.join('\n');
}

test('an export has no password, private key or token in it, and all else', () => {
  assert.deepEqual(readCloudConfig(TEXT, 'a.yml').problems, []);
  const text = exported();
  assert.doesNotMatch(text, /hunter2|1234/);
  assert.deepEqual(parse(text), {
    hostname: 'a',
    ssh_authorized_keys: ['ssh-ed25519 AAAApublic ann@host'],
    write_files: [{ path: '/k' }, { path: '/t', content: 'plain' }],
    runcmd: ['curl https://…@host/x', ['mount', '--password=…', '/x']],
    rancher: {
      ssh: { port: 23, keys: { 'rsa-pub': 'ssh-rsa AAAApublic' } },
      registry_auths: { 'r.example': { username: 'ann' } },
      environment: { SSH_PUBLIC_KEY: 'AAAApublic', KEYBOARD: 'de', MONKEY: 'grey' },
      services: { db: { image: 'x', environment: { TZ: 'UTC' } }, web: { image: 'y', environment: ['TZ=UTC', 'NAME'], log_opt: { tag: 'w' } } },
      services_include: { 'https://…@host/a.yml': true },
      docker: { tls: true, environment: ['HTTPS_PROXY=http://…@proxy:3128'] },
      cloud_init: { datasources: ['url:https://…@host/cc?token=…&mac=1'] },
      network: {
        http_proxy: 'http://…@proxy:3128',
        wifi_networks: { home: { ssid: 'home' }, work: { ssid: 'work', identity: 'ann' } },
        modem_networks: { m: { apn: 'net' } },
      },
      sysctl: { 'kernel.keys.maxkeys': '2000' },
    },
  });
});

test('an export that is asked for everything has everything, and so has one as JSON nothing more than one as YAML', () => {
  assert.deepEqual(parse(exported('--private')), readCloudConfig(TEXT, 'a.yml').config);
  assert.deepEqual(JSON.parse(exported('--json')), parse(exported()));
});

test('a single key is given as it is', () => {
  const system = machine({ [FILE]: TEXT });
  for (const [key, value] of [
    ['rancher.password', 'hunter2'],
    ['rancher.network.http_proxy', 'http://ann:hunter2@proxy:3128'],
  ] as const) {
    system.printed.length = 0;
    assert.equal(config(system, ['get', key]), 0);
    assert.deepEqual(system.printed, [value]);
  }
});

test('every key of the schema whose name says that it is a secret is marked as one', () => {
  const found: string[] = [];
  const walk = (schema: Schema, path: string): void => {
    for (const [name, below] of Object.entries(schema.properties ?? {})) {
      if (/pass|psk|pin$|token|secret|_key$|^auth$|^keys$/.test(name) && below.secret !== true) found.push(`${path}${name}`);
      walk(below, `${path}${name}.`);
    }
    for (const below of [schema.items, schema.additionalProperties]) if (below) walk(below, `${path}NAME.`);
  };
  walk(CLOUD_CONFIG, '');
  assert.deepEqual(found, []);
});

test('what is no secret stays as it is', () => {
  const tree = readCloudConfig('hostname: a\nrancher: {network: {interfaces: {eth0: {address: 10.0.0.1/24}}}, labels: 5}\nruncmd: [echo user@host, "ls /a?key"]\n', 'a.yml').config as Record<
    string,
    unknown
  >;
  assert.deepEqual(withoutSecrets(CLOUD_CONFIG, tree), tree);
});

test('secrets inside of commands and of options of mounts are hidden, and the rest of them is shown', () => {
  const { config } = readCloudConfig(
    `runcmd: ["curl https://x | K3S_TOKEN=secret1 sh -", [k3s, agent, --token, secret2, --node, a], "run --password secret3 -v"]
bootcmd: ["echo root:secret4 | chpasswd", "mkdir --mode 0700 /x"]
mounts: [[//nas/x, /mnt, cifs, "username=ann,password=secret5,ro"]]
`,
    'c',
  );
  const text = JSON.stringify(withoutSecrets(CLOUD_CONFIG, config as Tree));
  assert.doesNotMatch(text, /secret\d/);
  for (const shown of ['K3S_TOKEN=… sh -', '"--token","…","--node","a"', 'run --password … -v', 'root:… | chpasswd', 'mkdir --mode 0700 /x', 'username=ann,password=…,ro'])
    assert.ok(text.includes(shown), shown);
});

const HIDDEN: readonly (readonly [given: unknown, shown: unknown])[] = [
  ['docker login -u ann -p hunter2 r.example', 'docker login -u ann -p … r.example'],
  ['curl -u ann:hunter2 https://x', 'curl -u ann:… https://x'],
  ['curl --user=ann:hunter2 https://x', 'curl --user=ann:… https://x'],
  ['curl -H "Authorization: Bearer hunter2" https://x', 'curl -H "Authorization: Bearer …" https://x'],
  ["curl -H 'X-Auth-Token: hunter2' https://x", "curl -H 'X-Auth-Token: …' https://x"],
  ['sshpass -p hunter2 ssh a', 'sshpass -p … ssh a'],
  ['mysql -uroot -phunter2 db', 'mysql -uroot -p… db'],
  ['echo hunter2 | docker login --password-stdin', 'echo … | docker login --password-stdin'],
  ['passwd ann <<< hunter2', 'passwd ann <<< …'],
  ['tailscale up --authkey hunter2', 'tailscale up --authkey …'],
  ['wpa_passphrase net hunter2 > /x', 'wpa_passphrase net … > /x'],
  ['curl https://hooks.slack.com/services/T0/B0/hunter2', 'curl https://hooks.slack.com/services/…'],
  ['mkdir -p /srv/login', 'mkdir -p /srv/login'],
  ['echo hello | tee /x', 'echo hello | tee /x'],
  ['ls -u a:b', 'ls -u a:…'],
  [
    ['docker', 'login', '-u', 'ann', '-p', 'hunter2'],
    ['docker', 'login', '-u', 'ann', '-p', '…'],
  ],
  [
    ['docker', 'run', '-e', 'A_PASSWORD=hunter2', 'mysql'],
    ['docker', 'run', '-e', 'A_PASSWORD=…', 'mysql'],
  ],
  [
    ['mkdir', '-p', '/x'],
    ['mkdir', '-p', '/x'],
  ],
];
for (const [given, shown] of HIDDEN) {
  test(`an export shows ${JSON.stringify(given)} without its secret, and the rest as it is`, () => {
    assert.deepEqual(withoutSecrets(CLOUD_CONFIG, { runcmd: [given] }), { runcmd: [shown] });
  });
}

test('an export hides variables, contents of files and shares that hold a secret', () => {
  const tree = {
    write_files: [
      { path: '/a', content: '{"auths": {"r": {"auth": "hunter2"}}}\n' },
      { path: '/b', content: '[Interface]\nPrivateKey = hunter2\nAddress = 10.0.0.1\n' },
    ],
    mounts: [['//ann:hunter2@nas/x', '/mnt', 'cifs', 'user=ann%hunter2,ro']],
    rancher: { environment: { GITHUB_PAT: 'hunter2', APP_JWT: 'hunter2', TOKEN_1: 'hunter2', CERT_KEY_PEM: 'hunter2', 'a/TOKEN': 'hunter2', CONNECTION: 'Name=x;AccountKey=hunter2;', PATH_A: '/x' } },
  };
  const shown = withoutSecrets(CLOUD_CONFIG, tree);
  assert.doesNotMatch(JSON.stringify(shown), /hunter2/);
  assert.deepEqual(shown, {
    write_files: [
      { path: '/a', content: '{"auths": {"r": {"auth": "…"}}}\n' },
      { path: '/b', content: '[Interface]\nPrivateKey = …\nAddress = 10.0.0.1\n' },
    ],
    mounts: [['//ann:…@nas/x', '/mnt', 'cifs', 'user=ann%…,ro']],
    rancher: { environment: { CONNECTION: 'Name=x;AccountKey=…;', PATH_A: '/x' } },
  });
});
