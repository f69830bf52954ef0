import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { problemText } from '../../../overlays/ros/config/problem.ts';
import { readCloudConfig } from '../../../overlays/ros/config/read.ts';
import { type BakedConfig, loadCloudConfig } from '../../../pipeline/config/cloud-config.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'cloud-config-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function load(bytes: string | Uint8Array, isStrict = false): Promise<BakedConfig> {
  const file = path.join(folder, 'file.yml');
  await writeFile(file, bytes);
  return loadCloudConfig(file, 'site.yml', { isStrict });
}

/** Failures as `line:column message`. */
async function mistakes(bytes: string | Uint8Array, isStrict = false): Promise<readonly string[]> {
  try {
    await load(bytes, isStrict);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return error.failures.map(({ kind, place, message }) => {
      assert.deepEqual([kind, place?.file], ['configuration', 'site.yml']);
      return `${place?.line}:${place?.column} ${message}`;
    });
  }
  return [];
}

const WRONG: readonly (readonly [string, string | Uint8Array, readonly RegExp[]])[] = [
  ['a value of another type', 'rancher:\n  docker:\n    debug: maybe\n', [/^3:5 “rancher\.docker\.debug” must be true or false, not “maybe”\.$/]],
  ['all mistakes, each with its place', 'hostname: "a b"\nrancher: {ssh: {port: 0}}\n', [/^1:1 “hostname” must be/, /^2:17 “rancher\.ssh\.port” must be at least 1/]],
  ['what stands twice, because the first is lost', 'hostname: a\nhostname: b\n', [/^2:1 The key “hostname” stands here twice/]],
  ['what is no YAML', 'hostname: [a\n', [/^2:1 This is not YAML/]],
  ['a list', '- a\n', [/^1:\d The file must be a mapping/]],
  ['a script', '#!/bin/sh\necho hello\n', [/^1:1 This is a script, and only a cloud-config can be baked in\.$/]],
  ['a Compose file', '#compose\nweb: {image: a}\n', [/^1:1 This is a Compose file/]],
  ['what others call user-data', 'Content-Type: multipart/mixed\n\n--x\n', [/^1:1 .*several parts/]],
  ['nothing', '#cloud-config\n', [/^1:1 Nothing stands in this cloud-config\.$/]],
  ['bytes that are no text', Uint8Array.of(0x61, 0xff, 0xfe, 0x0a), [/^1:1 This file is not text in UTF-8\.$/]],
  ['a text that no machine would read', `hostname: a\n#${'x'.repeat(300_000)}\n`, [/more than 262144 characters/]],
];
for (const [sentence, text, wanted] of WRONG) {
  test(`a cloud-config to bake in is refused with its place: ${sentence}`, async () => {
    const found = await mistakes(text);
    assert.equal(found.length, wanted.length, found.join('\n'));
    for (const [index, each] of wanted.entries()) assert.match(found[index] ?? '', each);
  });
}

test('a file that is not there, and one that is a folder, are told by their names', async () => {
  for (const file of [path.join(folder, 'nothing.yml'), folder])
    await assert.rejects(loadCloudConfig(file, 'site.yml'), (error) => error instanceof BuildError && error.failures[0].place?.file === 'site.yml' && /cannot be read/.test(error.message));
});

test('a fit one is kept byte for byte, and its digest is that of its bytes', async () => {
  const text = '#cloud-config\nhostname: baked # by us\n';
  const { warnings, ...baked } = await load(text);
  assert.deepEqual(warnings, []);
  assert.equal(baked.text, text);
  assert.notEqual((await load(`${text}\n`)).digest, baked.digest);
});

/** What RancherOS 1 ignored, knew or could do: text, and the sentence that the machine says too. */
const WITHOUT_EFFECT: readonly (readonly [string, string])[] = [
  ['rancher: {rm_usr: true}\n', 'site.yml:1:11: “rancher.rm_usr” has no effect. The system is never copied to the disk.'],
  ['hostname: a\nhostnam: a\n', 'site.yml:2:1: “hostnam” is not known and has no effect. Did you mean “hostname”?'],
  ['hostname: a\nappend: quiet\n', 'site.yml:2:1: “append” is not known and has no effect. Kernel parameters are given by “ros install --append”.'],
  ['rancher: {docker: {storage_driver: overlay}}\n', 'site.yml:1:20: “rancher.docker.storage_driver” names “overlay”, which Docker 26 does not have. overlay2 stacks layers in its place.'],
];
for (const [text, sentence] of WITHOUT_EFFECT) {
  test(`what a machine would only warn of does not stop a build, and stops a strict one: ${text.trim()}`, async () => {
    const { warnings } = await load(text);
    assert.equal(warnings.length, 1);
    assert.ok(warnings[0]?.startsWith(sentence), warnings[0]);
    const said = readCloudConfig(text, 'site.yml').problems.map(problemText);
    assert.deepEqual(said, [warnings[0]?.replace(/^(site\.yml:\d+:\d+: )/, '$1warning: ')]);
    assert.equal((await mistakes(text, true)).length, 1);
  });
}

test("a file of RancherOS 1 with keys that it knew is baked in, and each key's hint is told", async () => {
  const text =
    'rancher:\n  network:\n    dns: {override: true, nameservers: [192.0.2.53]}\n    interfaces:\n      eth0: {dhcp: true, dns: {nameservers: [192.0.2.53]}}\n  defaults:\n    system_docker_logs: true\nnetwork: {interfaces: {}}\n';
  const { warnings } = await load(text);
  assert.deepEqual(
    warnings.map((line) => line.replace(/^.*? and has no effect\. /, '')),
    [
      'Name servers that are configured are always asked before those of DHCP.',
      'Name servers belong to the whole machine: rancher.network.dns.',
      'The log of System Docker is kept always, in /var/log/system-docker.log.',
      'Write rancher.network, or give the file network-config by the datasource nocloud.',
    ],
  );
});

const SECRETS: readonly (readonly [string, string])[] = [
  ['a password', 'rancher: {password: abc}'],
  ['a password of a wireless network', 'rancher: {network: {wifi_networks: {home: {ssid: home, psk: correct horse}}}}'],
  ["the server's own key", 'rancher: {ssh: {keys: {rsa: secret}}}'],
  ['an account of a registry', 'rancher: {registry_auths: {r: {auth: abc}}}'],
  ['a variable that is named like one', 'rancher: {environment: {DB_PASSWORD: abc}}'],
  ['an address with a password', 'rancher: {environment: {http_proxy: "http://me:abc@proxy:3128"}}'],
  ['a file that only its owner may read', 'write_files: [{path: /a, permissions: "0600", content: abc}]'],
  ['a private key in a file', 'write_files: [{path: /a, content: "-----BEGIN RSA PRIVATE KEY-----"}]'],
];
for (const [sentence, text] of SECRETS) {
  test(`a secret in it is warned of, and not shown: ${sentence}`, async () => {
    const { warnings } = await load(text);
    assert.equal(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0] ?? '', /^site\.yml:1:\d+: .*looks like a secret/);
    assert.doesNotMatch(warnings[0] ?? '', /abc|horse|BEGIN/);
  });
}

test('public keys, and files that everybody may read, are no secrets', async () => {
  const text = 'ssh_authorized_keys: [ssh-ed25519 AAAA me]\nwrite_files: [{path: /a, permissions: "0644", content: abc}]\n';
  assert.deepEqual((await load(text)).warnings, []);
});
