import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { config } from '../../../../overlays/ros/commands/config.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { type Machine, machine } from '../machine.ts';

const FILE = '/var/lib/rancher/conf/cloud-config.yml';
const BOOT = '/var/lib/rancher/conf/cloud-config.d/boot.yml';

/** What a command prints; its exit status, when it is not 0, in front. */
function ros(system: Machine, args: readonly string[], input = ''): string {
  system.printed.length = 0;
  system.complained.length = 0;
  let status = 1;
  try {
    status = config({ ...system, readInput: () => input }, args);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    system.complained.push(error.message);
  }
  const text = [...system.printed, ...system.complained].join('\n');
  return status === 0 ? text : `${status} ${text}`;
}

test('get prints scalars as they are and everything else as YAML or JSON', () => {
  const system = machine({ [BOOT]: 'hostname: a\nrancher: {network: {dns: {nameservers: [8.8.8.8]}}, sysctl: {net.ipv4.x: 1}}\n', '/proc/cmdline': 'cc.hostname=line\n' });
  assert.equal(ros(system, ['get', 'hostname']), 'line');
  assert.equal(ros(system, ['get', 'rancher.network.dns']), 'nameservers:\n  - 8.8.8.8');
  assert.equal(ros(system, ['get', 'rancher.network.dns', '--json']), '{\n  "nameservers": [\n    "8.8.8.8"\n  ]\n}');
  assert.equal(ros(system, ['get', 'rancher.sysctl.net.ipv4.x']), '1');
  assert.equal(ros(system, ['get', 'rancher.debug']), 'false');
  assert.equal(ros(system, ['get', 'rancher.resize_device']), '');
  assert.equal(ros(system, ['get', 'rancher.debgu']), '1 “rancher.debgu” is not known. Did you mean “debug”?');
  assert.match(ros(system, ['get']), /^2 config get: get takes one key/);
});

test('get says that there are mistakes, and where to read about them', () => {
  assert.equal(ros(machine({ [BOOT]: 'hostname: [a]\n' }), ['get', 'hostname']), '\none mistake in the configuration: see ros config validate --all');
});

test('set writes the user’s own file for root only, and keeps what stands in it', () => {
  const system = machine({ [FILE]: '# mine\nhostname: old # why\nrancher:\n  debug: true\n' });
  assert.equal(ros(system, ['set', 'hostname', 'new']), '');
  assert.equal(ros(system, ['set', 'rancher.network.dns.nameservers', '[1.1.1.1, 8.8.8.8]']), '');
  assert.equal(ros(system, ['set', 'rancher.sysctl.net.ipv4.ip_forward', '1']), '');
  assert.equal(ros(system, ['set', 'rancher.modules', 'kvm']), '');
  assert.equal(
    system.readText(FILE),
    '# mine\nhostname: new # why\nrancher:\n  debug: true\n  network:\n    dns:\n      nameservers:\n        - 1.1.1.1\n        - 8.8.8.8\n  sysctl:\n    net.ipv4.ip_forward: "1"\n  modules:\n    - kvm\n',
  );
  assert.equal(statSync(join(system.root, FILE)).mode & 0o777, 0o600);
});

test('set makes the file where there is none, in a folder for root only', () => {
  const system = machine();
  assert.equal(ros(system, ['set', 'rancher.debug', 'yes']), '');
  assert.equal(system.readText(FILE), 'rancher:\n  debug: true\n');
  assert.equal(statSync(join(system.root, '/var/lib/rancher/conf')).mode & 0o777, 0o700);
});

test('set refuses what cannot hold, and leaves the file as it was', () => {
  const system = machine({ [FILE]: 'hostname: a\n' });
  assert.equal(ros(system, ['set', 'rancher.debug', 'maybe']), '1 “rancher.debug” must be true or false, not “maybe”. It is for: Log more, everywhere.');
  assert.match(ros(system, ['set', 'hostnam', 'x']), /^1 “hostnam” is not known\. Did you mean “hostname”\?$/);
  assert.match(ros(system, ['set', 'hostname']), /^2 config set: set takes a key and a value/);
  assert.equal(system.readText(FILE), 'hostname: a\n');
  const broken = machine({ [FILE]: 'rancher: [\n' });
  assert.match(ros(broken, ['set', 'hostname', 'x']), /^1 \/var\/lib\/rancher\/conf\/cloud-config\.yml:\d+:\d+: error: This is not YAML: .* nothing was changed\.$/);
  assert.equal(broken.readText(FILE), 'rancher: [\n');
});

test('merge lays a file or the standard input over the user’s own file', () => {
  const system = machine({ [FILE]: 'rancher:\n  # mine\n  debug: true\n  modules: [a]\n', '/tmp/add.yml': 'rancher: {modules: [b], log: true}\n' });
  assert.equal(ros(system, ['merge', '-i', '/tmp/add.yml']), '');
  assert.equal(ros(system, ['merge'], '#cloud-config\nhostname: a\n'), '');
  assert.equal(system.readText(FILE), 'rancher:\n  # mine\n  debug: true\n  modules:\n    - b\n  log: true\nhostname: a\n');
  assert.match(ros(system, ['merge'], 'hostname: b\nrancher: {debug: 7}\n'), /^1 standard input:2:11: error: .*\nnothing was merged$/);
  assert.match(ros(system, ['merge', '-i', '/nowhere']), /^1 \/nowhere cannot be read/);
  assert.equal(ros(system, ['get', 'hostname']), 'a');
});

test('export leaves out keys and the release, unless it is asked for them', () => {
  const system = machine({
    '/usr/share/ros/os-config.yml': 'rancher: {console: default}\n',
    [BOOT]: 'hostname: a\n',
    [FILE]: 'rancher: {ssh: {keys: {rsa: secret}}, docker: {ca_key: secret, tls: true}}\n',
  });
  assert.equal(ros(system, ['export']), 'hostname: a\nrancher:\n  ssh: {}\n  docker:\n    tls: true');
  assert.match(ros(system, ['export', '-p']), /rsa: secret[\s\S]*ca_key: secret/);
  assert.match(ros(system, ['export', '--full']), /console: default/);
  assert.equal(ros(system, ['export', '--json', '-f']).split('\n')[0], '{');
  assert.equal(ros(system, ['export', '-o', '/tmp/out.yml']), '');
  assert.match(system.readText('/tmp/out.yml') ?? '', /^hostname: a\n/);
  assert.equal(statSync(join(system.root, '/tmp/out.yml')).mode & 0o777, 0o600);
});

test('validate fails for errors, not for warnings', () => {
  const system = machine({
    '/a.yml': '#cloud-config\nhostname: a\nfoo: 1\n',
    '/b.yml': 'rancher:\n  docker:\n    tls: [x]\n',
    '/c.sh': '#!/bin/sh\n[\n',
    '/d': 'MIME-Version: 1.0\n',
    '/e.yml': '#compose\na: {imge: x}\n',
    [BOOT]: 'bar: 1\n',
  });
  assert.equal(ros(system, ['validate', '-i', '/a.yml']), '/a.yml:3:1: warning: “foo” is not known and has no effect.');
  assert.match(ros(system, ['validate', '-i', '/b.yml']), /^1 \/b\.yml:3:5: error: “rancher\.docker\.tls” must be true or false, not a list/);
  assert.match(ros(system, ['validate'], 'hostname: [\n'), /^1 standard input:\d+:\d+: error/);
  assert.equal(ros(system, ['validate', '--input=/c.sh']), '');
  assert.match(ros(system, ['validate', '-i', '/d']), /^1 \/d:1:1: error: This user-data cannot be used\. It has several parts/);
  assert.match(ros(system, ['validate', '-i', '/e.yml']), /^\/e\.yml:2:5: warning: .* Did you mean “image”/);
  assert.match(ros(system, ['validate', '--all']), /boot\.yml:1:1: warning: “bar”/);
  const [problem] = JSON.parse(ros(system, ['validate', '-i', '/a.yml', '--json'])) as readonly { readonly line: number }[];
  assert.equal(problem?.line, 3);
});

test('images lists what services need, each once', () => {
  const system = machine({ '/a.yml': 'rancher: {services: {b: {image: y}, a: {image: x}, c: {image: x}}}\n', [BOOT]: 'rancher: {services: {own: {image: z}}}\n' });
  assert.equal(ros(system, ['images', '-i', '/a.yml']), 'x y');
  assert.equal(ros(system, ['images', '--json']), '[\n  "z"\n]');
});

test('commands that are no more say why, and unknown ones name the nearest', () => {
  const system = machine();
  assert.match(ros(system, ['syslinux']), /^1 config syslinux is gone: GRUB/);
  assert.match(ros(system, ['generate']), /^1 config generate is gone/);
  assert.match(ros(system, ['exprot']), /^2 there is no command config exprot\. Did you mean export\?/);
  assert.match(ros(system, []), /^2 usage: ros config/);
  assert.match(ros(system, ['get', '--help']), /^usage: ros config/);
  assert.match(ros(system, ['export', '-x']), /^2 config export: There is no option -x\./);
  assert.match(ros(system, ['merge', '-i']), /^2 config merge: -i needs a value\./);
});

test('whoever is not root is told to be it, instead of half of the configuration', () => {
  const system = machine({ [FILE]: 'hostname: a\n', '/proc/self/status': 'Name:\tqjs\nUid:\t1100\t1100\t1100\t1100\n' });
  assert.equal(ros(system, ['get', 'hostname']), '1 ros config get reads what only root may read: sudo ros config get');
  assert.match(ros(system, ['validate', '--all']), /^1 .*sudo ros config validate/);
  assert.equal(ros(system, ['validate'], 'hostname: b\n'), '');
});
