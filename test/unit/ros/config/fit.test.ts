import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit } from '../../../../overlays/ros/config/fit.ts';
import { problemText } from '../../../../overlays/ros/config/problem.ts';
import { readCloudConfig } from '../../../../overlays/ros/config/read.ts';
import { CLOUD_CONFIG } from '../../../../overlays/ros/config/schema.ts';

const problemsOf = (text: string): readonly string[] => readCloudConfig(text, 'a.yml').problems.map(problemText);

test('a configuration without mistakes is taken whole', () => {
  const text = `#cloud-config
hostname: node-1
ssh_authorized_keys: [ssh-ed25519 AAAA one]
write_files:
  - {path: /etc/rc.local, permissions: "0755", owner: root, content: "#!/bin/sh\\n"}
mounts:
  - [/dev/vdb, /mnt/s, ext4, ""]
runcmd:
  - [touch, /home/rancher/test1]
  - echo "test" > /home/rancher/test2
rancher:
  network:
    interfaces:
      eth*: {dhcp: true}
      bond0: {addresses: [192.168.101.33/31, fd00::1/64], gateway: 192.168.101.32, bond_opts: {mode: "4"}}
      wlan0: {wifi_network: home}
    wifi_networks: {home: {ssid: Home, psk: secret12, scan_ssid: 1}}
    modem_networks: {lte: {apn: internet}}
    dns: {nameservers: [8.8.8.8]}
  services_include: {open-vm-tools: true}
  services:
    web:
      image: nginx
      command: [nginx, -g, daemon off;]
      environment: [A=1]
      labels: {io.rancher.os.scope: user}
  docker: {tls: true, bip: 172.19.42.1/16, extra_args: [--mtu, "1460"]}
  state: {dev: LABEL=RANCHER_STATE, autoformat: [/dev/sda]}
  cloud_init: {datasources: [ec2, "url:http://10.0.0.1/c.yml"]}
  registry_auths: {https://index.docker.io/v1/: {auth: dXNlcg==}}
  sysctl: {net.ipv4.ip_forward: "1"}
`;
  assert.deepEqual(problemsOf(text), []);
  assert.equal(readCloudConfig(text, 'a.yml').config.rancher?.network?.interfaces?.['eth*']?.dhcp, true);
});

const MISTAKES: readonly (readonly [string, string, RegExp])[] = [
  ['a mapping where a list is wanted', 'ssh_authorized_keys: {ssh-rsa: A}', /^a\.yml:1:1: error: “ssh_authorized_keys” must be a list, not a mapping; it is left out\. It is for: Public keys/],
  ['a list where a mapping is wanted', 'rancher:\n  network: [eth0]', /^a\.yml:2:3: error: “rancher.network” must be a mapping of keys to values, not a list/],
  ['a number out of range', 'rancher:\n  ssh: {port: 70000}', /^a\.yml:2:9: error: “rancher.ssh.port” must be at most 65535, not 70000/],
  ['a number with a fraction', 'rancher: {shutdown_timeout: 7.5}', /must be a whole number, not 7\.5/],
  [
    'an address without its prefix',
    'rancher: {network: {interfaces: {eth0: {address: 10.0.0.2}}}}',
    /must be an address with the length of its prefix, such as 192\.168\.1\.10\/24, not “10\.0\.0\.2”/,
  ],
  ['a word that is not on the list', 'write_files: [{path: /a, encoding: base46}]', /“encoding” in item 1 of “write_files” must be one of .*base64.*did you mean “base64”/],
  ['a file without a path', 'write_files:\n  - {path: /a}\n  - {content: x}', /^a\.yml:3:5: error: Item 2 of “write_files” lacks “path”; it is left out/],
  ['a relative path', 'write_files: [{path: etc/a}]', /must be an absolute path/],
  ['a mount with too few words', 'mounts: [[/dev/vdb, /mnt]]', /Item 1 of “mounts” must be a list of four: device, mount point, type, options, not a list of 2/],
  ['an odd hostname', 'hostname: "a b"', /must be a name of at most 64 letters/],
  ['an unknown key at the top', 'hostnam: a', /^a\.yml:1:1: warning: “hostnam” is not known and has no effect\. Did you mean “hostname”\?$/],
  [
    'an unknown key far below',
    'rancher:\n  network:\n    interfaces:\n      eth0:\n        dchp: true',
    /^a\.yml:5:9: warning: “rancher\.network\.interfaces\.eth0\.dchp” is not known and has no effect\. Did you mean “dhcp”\?$/,
  ],
  ['a key that does nothing any more', 'rancher: {rm_usr: true}', /warning: “rancher\.rm_usr” has no effect\. The system is never copied/],
  ['a name with dots', 'rancher: {sysctl: {net.ipv4.x: [1]}}', /“rancher\.sysctl\."net\.ipv4\.x"” must be text, not a list/],
  ['a top that is no mapping', '- a', /The file must be a mapping of keys to values, not a list\.$/],
];

for (const [name, text, expected] of MISTAKES) {
  test(`${name} is told in a sentence with its place`, () => {
    const problems = problemsOf(text);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', expected);
  });
}

test('a value of the wrong type loses its own key and nothing else', () => {
  const { config } = readCloudConfig('hostname: a\nssh_authorized_keys: [one, [two], three]\nrancher:\n  debug: maybe\n  modules: [kvm]\n  docker: 5\n  ssh: {port: x, daemon: false}\n', 'a.yml');
  assert.deepEqual(config, { hostname: 'a', ssh_authorized_keys: ['one', 'three'], rancher: { modules: ['kvm'], ssh: { daemon: false } } });
});

test('text that looks like something else stays as it was written', () => {
  const { config, problems } = readCloudConfig(
    'hostname: 007\nwrite_files: [{path: /a, permissions: 0644}]\nrancher:\n  password: 0123\n  sysctl: {a.b: 1, c.d: 1.50}\n  network: {wifi_networks: {w: {psk: 012345678}}}\n',
    'a.yml',
  );
  assert.deepEqual(problems, []);
  assert.equal(config.hostname, '007');
  assert.equal(config.write_files?.[0]?.permissions, '0644');
  assert.equal(config.rancher?.password, '0123');
  assert.deepEqual(config.rancher?.sysctl, { 'a.b': '1', 'c.d': '1.50' });
  assert.equal(config.rancher?.network?.wifi_networks?.['w']?.psk, '012345678');
});

test('what RancherOS 1 took for booleans and numbers still is one', () => {
  const { config, problems } = readCloudConfig('rancher:\n  debug: yes\n  log: "true"\n  recovery: Off\n  network: {interfaces: {eth0: {mtu: "1460"}}}\n', 'a.yml');
  assert.deepEqual(problems, []);
  assert.deepEqual(config.rancher, { debug: true, log: true, recovery: false, network: { interfaces: { eth0: { mtu: 1460 } } } });
});

test('keys without a value count as not set', () => {
  assert.deepEqual(readCloudConfig('hostname:\nrancher:\n  services_include:\n  environment: {A: }\n', 'a.yml'), { config: { rancher: { environment: {} } }, problems: [] });
});

test('secrets do not show in problems', () => {
  for (const text of ['rancher: {password: [hunter2]}', 'rancher: {network: {wifi_networks: {w: {psk: {a: hunter2}}}}}', 'rancher: {registry_auths: {r: {password: [hunter2]}}}']) {
    assert.equal(problemsOf(text).length, 1);
    assert.doesNotMatch(problemsOf(text).join(), /hunter2/);
  }
});

test('keys with the names of JavaScript’s own properties are unknown keys like others', () => {
  const { findings, value } = fit(CLOUD_CONFIG, JSON.parse('{"__proto__": {"hostname": "x"}, "constructor": 1, "rancher": {"environment": {"__proto__": "y"}}}'));
  assert.equal(findings.length, 2);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(JSON.stringify(value), '{"rancher":{"environment":{"__proto__":"y"}}}');
});
