import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseMetadata } from '../../../../overlays/ros/config/metadata.ts';
import { plainYaml } from '../../../../overlays/ros/config/plain-yaml.ts';
import { readUserData, readUserDataFile } from '../../../../overlays/ros/config/user-data.ts';
import { askOne, type Outcome } from '../../../../overlays/ros/datasources/ask-sources.ts';
import { wantedSources } from '../../../../overlays/ros/datasources/catalogue.ts';
import { userDataOfBase64 } from '../../../../overlays/ros/datasources/unpack.ts';
import { exceeds } from '../../../../overlays/ros/runtime/byte-length.ts';
import { type Machine, machine } from '../machine.ts';
import { beside } from './server.ts';

// What a disk or a server hands in, whatever it is, costs itself alone; nothing hangs and nothing is cut without a word.

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJm4CWWyk1rHc7SPX3YJMRZ4RzQ2bN1XG8cTqVfW7m2U me@here';
const META = `local-hostname: vm\npublic-keys: ["${KEY}"]\n`;

function ask(on: Machine, source: string, at?: (url: string) => string): Outcome {
  const [wanted] = wantedSources(on, { rancher: { cloud_init: { datasources: [source] } } }).wanted;
  assert.ok(wanted);
  return askOne(on, wanted, on.now() + 10_000, at);
}

const seeded = (files: Readonly<Record<string, string | Uint8Array>>): Machine =>
  machine({ '/seed/meta-data': META, ...files }, { answer: ({ argv }) => (argv.includes('blkid') ? { status: 2, stdout: '' } : undefined) });

/** Something that is no file of the disk stands in the place of its user-data. */
const STRANGE: readonly { readonly sentence: string; readonly put: (on: Machine, place: string) => void; readonly says: RegExp }[] = [
  { sentence: 'a pipe', put: (_, place) => void execFileSync('mkfifo', [place]), says: /user-data is not a file but a directory, a pipe or a device/ },
  { sentence: 'a folder', put: (_, place) => void execFileSync('mkdir', [place]), says: /user-data is not a file but a directory, a pipe or a device/ },
  { sentence: 'a link to a device', put: (_, place) => symlinkSync('/dev/zero', place), says: /user-data is a link that leads out of the disk/ },
  { sentence: 'a link to a file of the machine', put: (on, place) => symlinkSync(join(on.root, 'etc/shadow'), place), says: /user-data is a link that leads out of the disk/ },
  { sentence: 'a link that leads nowhere', put: (_, place) => symlinkSync('../nowhere', place), says: /user-data is a link that leads out of the disk/ },
];
for (const { sentence, put, says } of STRANGE) {
  test(`${sentence} as user-data costs the user-data alone, and is told`, () => {
    const on = seeded({ '/etc/shadow': 'root:secret\n' });
    put(on, join(on.root, 'seed/user-data'));
    const outcome = ask(on, 'nocloud:/seed');
    assert.ok(outcome.state === 'found', JSON.stringify(outcome));
    assert.equal(outcome.found.userData, undefined);
    assert.deepEqual(outcome.found.metadata, { hostname: 'vm', publicKeys: { '000': KEY } });
    assert.match(outcome.found.problems.join(), says);
    assert.doesNotMatch(JSON.stringify(outcome), /secret/);
  });
}

test('a folder of a disk that is a link out of it is not followed either', () => {
  const on = machine({ '/secret/latest/user_data': '#cloud-config\n', '/drive/x': '' }, { answer: ({ argv }) => (argv.includes('blkid') ? { status: 2, stdout: '' } : undefined) });
  symlinkSync(join(on.root, 'secret'), join(on.root, 'drive/openstack'));
  const outcome = ask(on, 'configdrive:/drive');
  assert.match(outcome.state === 'failed' ? outcome.reason : JSON.stringify(outcome), /openstack\/latest\/user_data is a link that leads out of the disk/);
});

test('a link within the disk is the file that it leads to', () => {
  const on = machine({ '/drive/openstack/2012-08-10/user_data': '#cloud-config\n' }, { answer: ({ argv }) => (argv.includes('blkid') ? { status: 2, stdout: '' } : undefined) });
  symlinkSync('2012-08-10', join(on.root, 'drive/openstack/latest'));
  const outcome = ask(on, 'configdrive:/drive');
  assert.equal(outcome.state === 'found' && outcome.found.userData, '#cloud-config\n');
});

test('a pipe in the place of a file: source is told and not waited for', () => {
  const on = machine();
  execFileSync('mkfifo', [join(on.root, 'given')]);
  const outcome = ask(on, 'file:/given');
  assert.match(outcome.state === 'failed' ? outcome.reason : '', /is not a file but a directory, a pipe or a device/);
});

/** 285 061 bytes, which are fewer letters than are allowed bytes. */
const EUROS = `#cloud-config\nwrite_files: [{path: /x, content: "${'€'.repeat(95_000)}"}]\nruncmd: [reboot]\n`;
for (const pad of ['', '#', '##']) {
  const text = `${EUROS}${pad}\n`;
  test(`user-data of too many bytes is refused whole, wherever a cut would have fallen (${Buffer.byteLength(text) % 3})`, async () => {
    const shown = /more than 262144 bytes/;
    const disk = ask(seeded({ '/seed/user-data': text }), 'nocloud:/seed');
    assert.ok(disk.state === 'found');
    assert.match(disk.found.problems.join(), shown);
    assert.equal(disk.found.userData, undefined);
    await beside({ 'GET /x': { body: Buffer.from(text) } }, (at) => {
      const outcome = ask(machine({ '/proc/net/route': 'Iface\tDestination\neth0\t00000000\t0\n' }), 'url:http://x/x', at);
      assert.match(JSON.stringify(outcome), shown);
    });
    assert.throws(() => userDataOfBase64(machine(), Buffer.from(text).toString('base64'), 'it'), shown);
    const on = machine({ '/u': text });
    assert.match(JSON.stringify(readUserDataFile(on, '/u')), /More than 262144 bytes|more than 262144 bytes/i);
    assert.equal(readUserData(text, 'u').kind, 'refused');
  });
}

test('the longest that is allowed, of letters of three bytes, is taken', () => {
  const text = `#!/bin/sh\n#xx${'€'.repeat((262_144 - 13) / 3)}`;
  assert.equal(Buffer.byteLength(text), 262_144);
  assert.equal(exceeds(text, 262_144), false);
  const outcome = ask(seeded({ '/seed/user-data': text }), 'nocloud:/seed');
  assert.equal(outcome.state === 'found' && outcome.found.userData, text);
});

test('what gzip packed and somebody cut is not half applied', async () => {
  const packed = gzipSync(`#cloud-config\nruncmd:\n${Array.from({ length: 2000 }, (_, number) => `  - echo ${number * 7919}\n`).join('')}`);
  const cut = packed.subarray(0, packed.length - 200);
  const disk = ask(seeded({ '/seed/user-data': cut }), 'nocloud:/seed');
  assert.match(disk.state === 'found' ? disk.found.problems.join() : '', /packed by gzip, but the packed data are broken/);
  assert.throws(() => userDataOfBase64(machine(), cut.toString('base64'), 'it'), /packed data are broken/);
  await beside({ 'GET /x': { body: cut } }, (at) => {
    const outcome = ask(machine({ '/proc/net/route': 'Iface\tDestination\neth0\t00000000\t0\n' }), 'url:http://x/x', at);
    assert.match(JSON.stringify(outcome), /packed data are broken/);
  });
});

test('user-data that cannot be used costs neither the keys nor the name of a metadata service', () =>
  beside(
    { 'GET /1.0/meta-data/instance-id': 'i', 'GET /1.0/meta-data/local-hostname': 'vm', 'GET /1.0/meta-data/public-keys/': KEY, 'GET /1.0/user-data': { body: Buffer.from([0, 200, 201]) } },
    (at) => {
      const outcome = ask(machine({ '/proc/net/route': 'Iface\tDestination\neth0\t00000000\t0\n' }), 'exoscale', at);
      assert.ok(outcome.state === 'found', JSON.stringify(outcome));
      assert.deepEqual(outcome.found.metadata, { hostname: 'vm', publicKeys: { '000': KEY } });
      assert.match(outcome.found.problems.join(), /The user-data is left out: .* no text/);
    },
  ));

test('metadata of many keys is read in the time that its length takes: the parser does not compare each key with each', () => {
  const text = Array.from({ length: 8000 }, (_, number) => `k${number}: v\n`).join('');
  assert.deepEqual(parseMetadata(`${text}hostname: h\n`), { hostname: 'h', publicKeys: {} });
  const doubled = plainYaml('a: 1\na: 2\n');
  assert.deepEqual(doubled.value, { a: 2 });
});

test('YAML that is too large, or a heap of aliases, is refused before it is read', () => {
  assert.match(plainYaml(`a: "${'x'.repeat(262_144)}"`).error ?? '', /more than 262144 bytes/);
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...['b', 'c', 'd', 'e', 'f', 'g'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdef'[index]}`).join(',')}]`)].join('\n');
  assert.equal(plainYaml(bomb).error, 'is not YAML');
});

for (const [sentence, meta, says] of [
  ['with spaces', 'a b c', /The hostname “a b c” is left out/],
  ['of 300 letters', 'x'.repeat(300), /The hostname “x+…” is left out/],
  ['that is a list', '[a, b]', /The hostname “\["a","b"\]” is left out/],
  ['that is a mapping', '{a: 1}', /The hostname “{"a":1}” is left out/],
] as const) {
  test(`a hostname ${sentence} costs itself alone`, () => {
    const outcome = ask(seeded({ '/seed/meta-data': `local-hostname: ${meta}\npublic-keys: ["${KEY}"]\n` }), 'nocloud:/seed');
    assert.ok(outcome.state === 'found');
    assert.deepEqual(outcome.found.metadata, { publicKeys: { '000': KEY } });
    assert.match(outcome.found.problems.join(), says);
  });
}

test('a hostname that YAML takes for a number is a name', () => {
  const outcome = ask(seeded({ '/seed/meta-data': 'local-hostname: 4711\n' }), 'nocloud:/seed');
  assert.equal(outcome.state === 'found' && outcome.found.metadata.hostname, '4711');
});
