import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type BakedConfig, loadCloudConfig } from '../../../pipeline/config/cloud-config.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'cloud-config-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function load(bytes: string | Uint8Array): Promise<BakedConfig> {
  const file = path.join(folder, 'file.yml');
  await writeFile(file, bytes);
  return loadCloudConfig(file, 'site.yml');
}

/** Failures as `line:column message`. */
async function mistakes(bytes: string | Uint8Array): Promise<readonly string[]> {
  try {
    await load(bytes);
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
  ['a key that nobody knows', '#cloud-config\nhostnam: a\n', [/^2:1 “hostnam” is not known\.$/]],
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

test('a key of RancherOS 1 that has no effect any more is told and no mistake', async () => {
  const { warnings } = await load('rancher: {rm_usr: true}\n');
  assert.deepEqual(warnings, ['site.yml:1:11: “rancher.rm_usr” has no effect.']);
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
