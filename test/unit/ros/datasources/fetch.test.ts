import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cloudInit } from '../../../../overlays/ros/commands/cloud-init.ts';
import { config as configCommand } from '../../../../overlays/ros/commands/config.ts';
import { loadConfig } from '../../../../overlays/ros/config/sources.ts';
import { type AskOptions, askOne, askSources, LIMIT, outcomeFile } from '../../../../overlays/ros/datasources/ask-sources.ts';
import { wantedSources } from '../../../../overlays/ros/datasources/catalogue.ts';
import { fetchConfiguration } from '../../../../overlays/ros/datasources/fetch.ts';
import { readStatus } from '../../../../overlays/ros/datasources/status.ts';
import { type Machine, machine } from '../machine.ts';
import { beside, type Routes } from './server.ts';

const CONF = '/var/lib/rancher/conf';
const BOOT = `${CONF}/cloud-config.d/boot.yml`;
const SCRIPT = `${CONF}/cloud-config-script`;

interface Prepared {
  readonly on: Machine;
  /** Programs of the machine that were run: hostname, modprobe, ros. */
  readonly ran: string[];
}

/** A machine whose programs for the machine itself are only noted. */
function prepared(datasources: string, files: Readonly<Record<string, string>> = {}): Prepared {
  const ran: string[] = [];
  const on = machine(
    {
      '/dev/kmsg': '',
      '/usr/lib/os-release': 'VERSION=v1.5.9\n',
      '/usr/share/ros/os-config.yml': `rancher: {cloud_init: {datasources: ${datasources}}}\n`,
      '/proc/net/route': 'Iface\tDestination\neth0\t00000000\t00000000\n',
      ...files,
    },
    {
      answer: ({ argv }) => {
        if (argv.includes('blkid')) return { status: 2, stdout: '' };
        if (!['hostname', 'modprobe', 'ros', 'system-docker', 'timeout'].includes(argv[0] ?? '')) return undefined;
        ran.push(argv.join(' '));
        return { status: 0, stdout: '' };
      },
    },
  );
  return { on, ran };
}

/** What the console is called for when a configuration comes late. */
const CONSOLE = ['system-docker exec console ros console-init', 'timeout 120 system-docker exec console ros console-finish'];

const modeOf = (on: Machine, path: string) => (statSync(join(on.root, path)).mode & 0o777).toString(8);

test('what a datasource gives is saved, for root only, and applied', () => {
  const { on, ran } = prepared('["file:/given"]', {
    '/given': '#cloud-config\nhostname: given\nrancher: {modules: [dummy], sysctl: {vm.x: 1}, network: {dns: {nameservers: [9.9.9.9]}}}\n',
    '/proc/sys/vm/x': '0',
  });
  assert.equal(fetchConfiguration(on), 0);
  assert.deepEqual(ran, ['hostname given', 'modprobe dummy', 'ros netconf --no-wait']);
  assert.equal(on.readText('/proc/sys/vm/x'), '1\n');
  assert.equal(loadConfig(on).config.hostname, 'given');
  for (const path of [BOOT, `${CONF}/metadata`, `${CONF}/user-data`]) assert.equal(modeOf(on, path), '600', path);
  const { datasource, userData, problems, sources } = readStatus(on) ?? {};
  assert.deepEqual({ datasource, userData, problems, sources }, { datasource: 'file', userData: 'cloud-config', problems: [], sources: [{ name: 'file', state: 'found' }] });
});

test('what has not changed is not applied again', () => {
  const { on, ran } = prepared('["file:/given"]', { '/given': '#cloud-config\nhostname: given\n' });
  fetchConfiguration(on);
  ran.length = 0;
  fetchConfiguration(on);
  assert.deepEqual(ran, []);
});

test('a script takes the place of a cloud-config that was given before, and may be run', () => {
  const { on } = prepared('["file:/given"]', { '/given': '#!/bin/sh\necho hello\n', [BOOT]: 'hostname: before\n' });
  fetchConfiguration(on);
  assert.equal(on.readText(BOOT), undefined);
  assert.equal(on.readText(SCRIPT), '#!/bin/sh\necho hello\n');
  assert.equal(modeOf(on, SCRIPT), '700');
});

test('a Compose file becomes services', () => {
  const { on } = prepared('["file:/given"]', { '/given': '#compose\nweb:\n  image: nginx\n' });
  fetchConfiguration(on);
  assert.equal(loadConfig(on).config.rancher?.services?.['web']?.image, 'nginx');
});

test('when nothing answers, what was saved stays in force, and it is said', () => {
  const { on } = prepared('["file:/nowhere"]', { [BOOT]: 'hostname: before\n' });
  assert.equal(fetchConfiguration(on), 1);
  assert.equal(loadConfig(on).config.hostname, 'before');
  assert.equal(readStatus(on)?.isOfEarlierStart, true);
  assert.match(on.readText('/dev/kmsg') ?? '', /<3>ros: No datasource gave a configuration \(file: \/nowhere does not exist\)\. What an earlier start saved is in force/);
});

test('what is wrong with user-data is told with its place, and the rest holds', () => {
  const { on } = prepared('["file:/given"]', { '/given': '#cloud-config\nhostname: given\nrancher:\n  shutdown_timeout: s3cret\n' });
  fetchConfiguration(on);
  assert.equal(loadConfig(on).config.hostname, 'given');
  assert.match(on.readText('/dev/kmsg') ?? '', /user-data:4:3: error in "rancher.shutdown_timeout"; [\s\S]*<3>ros: The user-data of file has 1 problem; "sudo ros config validate --all" shows/);
  assert.doesNotMatch(on.readText('/dev/kmsg') ?? '', /s3cret/);
});

test('user-data of several parts is refused with a sentence that validate --all repeats', () => {
  const { on } = prepared('["file:/given"]', { '/given': 'Content-Type: multipart/mixed; boundary="x"\n\n--x\n', [BOOT]: 'hostname: before\n' });
  fetchConfiguration(on);
  assert.equal(on.readText(BOOT), undefined);
  assert.equal(configCommand(on, ['validate', '--all']), 0);
  assert.match(on.printed.join('\n'), /several parts \(MIME\)/);
});

test('a name that is no datasource is told with the nearest one, and the others are asked', () => {
  const { on } = prepared('[confgdrive, "file:/given"]', { '/given': '#cloud-config\nhostname: given\n' });
  assert.equal(fetchConfiguration(on), 0);
  assert.match(readStatus(on)?.problems.join() ?? '', /no datasource “confgdrive”. Did you mean configdrive\?/);
});

test('the command leaves its mark whatever happens', () => {
  const { on } = prepared('["file:/nowhere"]');
  cloudInit(on, ['--service']);
  assert.equal(on.readText('/run/ros/cloud-init-done'), '');
  assert.equal(cloudInit(on, ['status']), 0);
  assert.match(on.printed.join('\n'), /^No datasource gave anything \([\d.]+ s\)\.\n {2}file +failed: \/nowhere does not exist\n/);
});

test('run again later, it has the console prepare its logins, whose keys may be others; at the start the console does so itself', () => {
  const { on, ran } = prepared('["file:/given"]', { '/given': `#cloud-config\nssh_authorized_keys: [ssh-ed25519 AAAA]\n` });
  assert.equal(cloudInit(on, ['--service']), 0);
  assert.deepEqual(ran, []);
  assert.equal(cloudInit(on, ['--locked']), 0);
  assert.deepEqual(ran, CONSOLE);
});

test('status knows when nobody had to be asked', () => {
  const { on } = prepared('[configdrive, nocloud]', { '/run/ros/cloud-init-done': '' });
  cloudInit(on, ['status']);
  assert.deepEqual(on.printed, ['No datasource was asked in this start: the machine has no disk for configdrive or nocloud.']);
});

test('words and options that are not known are refused with the usage', () => {
  const { on } = prepared('[]');
  assert.equal(cloudInit(on, ['statsu']), 2);
  assert.match(on.complained.join(), /Did you mean status\?/);
  assert.equal(cloudInit(on, ['--jsn']), 2);
});

/** The platform's network, and what the user has said about it. */
const NETWORKS: readonly (readonly [string, string, string | undefined])[] = [
  ['holds where nobody else says anything', 'hostname: x', '10.1.2.3/24'],
  ["leaves the user's interfaces alone", 'rancher: {network: {interfaces: {eth*: {dhcp: true}}}}', undefined],
];
for (const [sentence, userData, address] of NETWORKS) {
  test(`the platform's network ${sentence}`, async () => {
    const droplet = {
      droplet_id: 1,
      user_data: `#cloud-config\n${userData}\n`,
      interfaces: { public: [{ mac: '04:01:2a:0f:2a:01', type: 'public', ipv4: { ip_address: '10.1.2.3', netmask: '255.255.255.0', gateway: '10.1.2.1' } }] },
    };
    await beside({ 'GET /metadata/v1.json': JSON.stringify(droplet) }, (at) => {
      const { on } = prepared('[digitalocean]');
      fetchConfiguration(on, { at });
      const interfaces = loadConfig(on).config.rancher?.network?.interfaces ?? {};
      assert.equal(interfaces['mac:04:01:2a:0f:2a:01']?.addresses?.[0], address);
    });
  });
}

/** Each source's process is run at once, in the order of `sequence`; those that are not named never come to an end. */
function startWith(at: (url: string) => string, sequence: readonly number[]): NonNullable<AskOptions['start']> {
  return (system, numbers) => {
    const { wanted } = wantedSources(system, loadConfig(system).config);
    for (const number of sequence.filter((each) => numbers.includes(each))) {
      const each = wanted[number];
      if (each !== undefined) system.writeText(outcomeFile(number), JSON.stringify(askOne(system, each, system.now() + LIMIT, at)));
    }
    return [];
  };
}

const FILES: Routes = { 'GET /a': '#cloud-config\nhostname: a\n', 'GET /b': '#cloud-config\nhostname: b\n' };
const ORDERS: readonly { readonly sentence: string; readonly sources: string; readonly sequence: readonly number[]; readonly states: readonly string[]; readonly waits?: boolean }[] = [
  { sentence: 'the first in the order counts, although a later one answers too', sources: '["url:http://x/a", "url:http://x/b"]', sequence: [0, 1], states: ['found', 'found'] },
  { sentence: 'nobody waits for those behind the first good one', sources: '["url:http://x/a", "url:http://x/b"]', sequence: [0], states: ['found', 'not waited for'] },
  { sentence: 'a good one behind a bad one counts', sources: '["url:http://x/none", "url:http://x/b", "url:http://x/a"]', sequence: [0, 1], states: ['failed', 'found', 'not waited for'] },
  { sentence: 'one that never ends is given up, and the next one counts', sources: '["url:http://x/a", "url:http://x/b"]', sequence: [1], states: ['failed', 'found'], waits: true },
  { sentence: 'a file ahead of all networks is enough', sources: '["file:/given", "url:http://x/a", "url:http://x/b"]', sequence: [], states: ['found', 'not waited for', 'not waited for'] },
];
for (const { sentence, sources, sequence, states, waits = false } of ORDERS) {
  test(sentence, () =>
    beside(FILES, (at) => {
      const { on } = prepared(sources, { '/given': '#cloud-config\n' });
      const outcomes = askSources(on, wantedSources(on, loadConfig(on).config).wanted, { start: startWith(at, sequence), at });
      assert.deepEqual(
        outcomes.map(({ state }) => state),
        states,
      );
      assert.equal(on.now() >= LIMIT, waits);
      assert.ok(on.now() <= LIMIT + 1100);
    }),
  );
}

test('* is everything but what has to be named, and the machine itself adds what it knows', () => {
  const names = (files: Readonly<Record<string, string>>) => {
    const { on } = prepared('["*"]', files);
    return wantedSources(on, loadConfig(on).config).wanted.map(({ name }) => name);
  };
  assert.deepEqual(names({}), ['configdrive', 'nocloud', 'vmware', 'ec2', 'digitalocean', 'packet', 'gce', 'cloudstack', 'exoscale', 'proxmox']);
  assert.equal(names({ '/sys/class/dmi/id/product_name': 'Exoscale Compute Platform\n' })[0], 'exoscale');
  const { on } = prepared('[configdrive]', { '/sys/class/dmi/id/sys_vendor': 'VMware, Inc.\n', '/proc/cmdline': 'cloud-config-url=http://x/y' });
  assert.deepEqual(
    wantedSources(on, loadConfig(on).config).wanted.map(({ name }) => name),
    ['cmdline', 'configdrive', 'vmware'],
  );
});
