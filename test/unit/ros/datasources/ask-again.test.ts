import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloudInit } from '../../../../overlays/ros/commands/cloud-init.ts';
import { loadConfig } from '../../../../overlays/ros/config/sources.ts';
import { askAgain } from '../../../../overlays/ros/datasources/ask-again.ts';
import { fetchConfiguration } from '../../../../overlays/ros/datasources/fetch.ts';
import { readStatus } from '../../../../overlays/ros/datasources/status.ts';
import { type Machine, machine } from '../machine.ts';
import { beside, type Routes } from './server.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJm4CWWyk1rHc7SPX3YJMRZ4RzQ2bN1XG8cTqVfW7m2U me@here';
const USER_DATA = `#cloud-config
runcmd: [echo late]
bootcmd: [echo boot >>ran]
rancher:
  services:
    web: {image: nginx, labels: {io.rancher.os.scope: system}}
`;
const ANSWERS: Routes = {
  'GET /1.0/meta-data/instance-id': 'i-1',
  'GET /1.0/meta-data/local-hostname': 'late',
  'GET /1.0/meta-data/public-keys/': KEY,
  'GET /1.0/user-data': USER_DATA,
};
const CONSOLE = ['system-docker exec console ros console-init', 'timeout 120 system-docker exec console ros console-finish'];
const ROUTED = 'Iface\tDestination\neth0\t00000000\t00000000\n';
/** Nobody listens at this place. */
const nowhere = () => 'http://127.0.0.1:1/';

interface Started {
  readonly on: Machine;
  /** Programs of the machine that were run since the first round. */
  readonly ran: string[];
  readonly said: () => string;
}

/** A machine whose first round found nothing, and which goes on asking. */
function started(datasources: string, files: Readonly<Record<string, string>> = {}): Started {
  const ran: string[] = [];
  const on = machine(
    {
      '/dev/kmsg': '',
      '/proc/uptime': '75.31 100.0\n',
      '/usr/share/ros/os-config.yml': `rancher: {cloud_init: {datasources: ${datasources}}}\n`,
      '/proc/net/route': ROUTED,
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
  fetchConfiguration(on, { at: nowhere, goesOn: true });
  ran.length = 0;
  const before = (on.readText('/dev/kmsg') ?? '').length;
  return { on, ran, said: () => (on.readText('/dev/kmsg') ?? '').slice(before) };
}

test('a datasource that does not answer at the start is asked on, and the console and the status say which', () => {
  const { on } = started('[exoscale, "file:/nowhere"]');
  assert.match(
    on.readText('/dev/kmsg') ?? '',
    /<3>ros: No datasource gave a configuration \(exoscale: 169\.254\.169\.254 cannot be reached; file: .*\)\. The machine starts without, and goes on asking in the background: exoscale\.\n/,
  );
  cloudInit(on, ['status']);
  assert.match(on.printed.join('\n'), /^Still being asked, .*: exoscale\.$/m);
});

test('what comes late is applied to the running machine: name, console, files, commands and services', () =>
  beside(ANSWERS, (at) => {
    const { on, ran, said } = started('[exoscale]');
    assert.equal(askAgain(on, { at }), false);
    assert.deepEqual(ran, ['hostname late', 'ros netconf --no-wait', ...CONSOLE, 'ros service up web']);
    assert.deepEqual(loadConfig(on).config.ssh_authorized_keys, [KEY]);
    assert.match(said(), /<3>ros: datasource exoscale has answered; what it gave is applied now/);
    cloudInit(on, ['status']);
    assert.match(on.printed.join('\n'), /^exoscale gave the configuration late, 75 s after the machine was switched on/);
  }));

test('what has come is asked for no more', () =>
  beside(ANSWERS, (at) => {
    const { on, ran } = started('[exoscale]');
    askAgain(on, { at });
    ran.length = 0;
    assert.equal(askAgain(on, { at }), false);
    assert.deepEqual(ran, []);
  }));

test('where somebody has asked by hand meanwhile, and found something, nobody is asked again', () =>
  beside(ANSWERS, (at) => {
    const { on, ran } = started('[exoscale]');
    fetchConfiguration(on, { at, isRunning: 'always' });
    ran.length = 0;
    assert.equal(askAgain(on, { at }), false);
    assert.deepEqual(ran, []);
  }));

test('rounds in which nobody answers say nothing new, and apply nothing', () => {
  const { on, ran, said } = started('[exoscale]');
  assert.equal(askAgain(on, { at: nowhere }), true);
  assert.equal(askAgain(on, { at: nowhere }), true);
  assert.equal(said(), '');
  assert.deepEqual(ran, []);
});

test('a late answer that says what an earlier start saved changes nothing', () =>
  beside(ANSWERS, (at) => {
    const { on, ran } = started('[exoscale]');
    askAgain(on, { at });
    // The next start: the saved configuration holds, and the service is late again.
    fetchConfiguration(on, { at: nowhere, goesOn: true });
    ran.length = 0;
    assert.equal(askAgain(on, { at }), false);
    assert.deepEqual(ran, []);
  }));

for (const source of ['file:/nowhere', 'url:ftp://x/y', 'tftp:x', 'configdrive']) {
  test(`a source that cannot answer later is not asked on: ${source}`, () => {
    const { on } = started(JSON.stringify([source]));
    assert.deepEqual(readStatus(on)?.asking, []);
    assert.match(on.readText('/dev/kmsg') ?? '', /The machine starts without; "ros cloud-init" asks again/);
  });
}

test('an address that has no such file yet is asked on', () =>
  beside({ 'GET /x.yml': '#cloud-config\nhostname: found\n' }, (at) => {
    const { on } = started('["url:http://x/x.yml"]');
    assert.equal(askAgain(on, { at: (url) => at(url).replace('x.yml', 'other') }), true);
    assert.equal(askAgain(on, { at }), false);
    assert.equal(loadConfig(on).config.hostname, 'found');
  }));

test('after an hour of a network nobody is asked any more, and it is said; without a network it goes on', () => {
  const { on, said } = started('[exoscale]', { '/proc/net/route': 'Iface\n' });
  on.sleep(7_200_000);
  assert.equal(askAgain(on, { at: nowhere }), true);
  on.writeText('/proc/net/route', ROUTED);
  assert.equal(askAgain(on, { at: nowhere }), true);
  on.sleep(3_600_001);
  assert.equal(askAgain(on, { at: nowhere }), false);
  assert.match(said(), /<3>ros: No answer came from exoscale for an hour; the datasources are asked no more/);
  assert.deepEqual(readStatus(on)?.asking, []);
});

test('VMware’s address of user-data is asked on, although its variables are there at once', () =>
  beside({ 'GET /user-data': USER_DATA }, (at) => {
    const ran: string[] = [];
    const on = machine(
      { '/dev/kmsg': '', '/proc/net/route': ROUTED, '/usr/share/ros/os-config.yml': 'rancher: {cloud_init: {datasources: [vmware]}}\n' },
      {
        answer: ({ argv }) => {
          if (argv[0] === 'vmware-rpctool') return argv[1] === 'info-get guestinfo.cloud-init.config.url' ? { status: 0, stdout: 'http://x/user-data\n' } : { status: 1, stdout: '' };
          if (argv[0] === 'sh' && argv[2]?.startsWith('command -v')) return { status: 0, stdout: '' };
          if (!['hostname', 'ros', 'system-docker', 'timeout'].includes(argv[0] ?? '')) return undefined;
          ran.push(argv.join(' '));
          return { status: 0, stdout: '' };
        },
      },
    );
    fetchConfiguration(on, { at: nowhere, goesOn: true });
    assert.deepEqual(readStatus(on)?.asking, ['vmware']);
    assert.equal(askAgain(on, { at }), false);
    assert.deepEqual(ran, [...CONSOLE, 'ros service up web']);
  }));

test('a part that is late, such as the service beside a provisioning CD, is asked on, and applied when it comes, once', () =>
  beside(
    { 'GET /metadata/instance?api-version=2021-12-13&format=json': JSON.stringify({ compute: { name: 'azur', publicKeys: [{ keyData: KEY }] } }), 'GET /machine?comp=goalstate': { status: 404 } },
    (at) => {
      const ran: string[] = [];
      const on = machine(
        { '/dev/kmsg': '', '/proc/net/route': ROUTED, '/cd/ovf-env.xml': '<HostName>azur</HostName>', '/usr/share/ros/os-config.yml': 'rancher: {cloud_init: {datasources: [azure]}}\n' },
        {
          answer: ({ argv }) => {
            if (argv.includes('blkid')) return { status: 0, stdout: '/dev/sr0: LABEL="rd_rdfe" TYPE="udf"\n' };
            if (argv.includes('mount')) {
              on.writeText(`${argv.at(-1)}/ovf-env.xml`, '<HostName>azur</HostName>');
              return { status: 0, stdout: '' };
            }
            if (argv[0] === 'umount') return { status: 0, stdout: '' };
            if (!['hostname', 'ros', 'system-docker', 'timeout'].includes(argv[0] ?? '') || argv.includes('head')) return undefined;
            ran.push(argv.join(' '));
            return { status: 0, stdout: '' };
          },
        },
      );
      fetchConfiguration(on, { at: nowhere, goesOn: true });
      assert.equal(loadConfig(on).config.hostname, 'azur');
      assert.deepEqual(readStatus(on)?.asking, ['azure']);
      ran.length = 0;
      assert.equal(askAgain(on, { at: nowhere }), true);
      assert.deepEqual(ran, [], 'a round that brings nothing new applies nothing');
      assert.equal(askAgain(on, { at }), false);
      assert.deepEqual(ran, CONSOLE);
      assert.deepEqual(loadConfig(on).config.ssh_authorized_keys, [KEY]);
    },
  ));

test('a source that hung is left alone for now, and the others are asked', () => {
  const { on } = started('["file:/given", "file:/other"]', {
    '/given': '#cloud-config\nhostname: hangs\n',
    '/other': '#cloud-config\nhostname: other\n',
    '/run/ros/cloud-init.given-up': '0\n',
  });
  assert.equal(loadConfig(on).config.hostname, 'other');
  assert.match(readStatus(on)?.sources[0]?.reason ?? '', /it hung for 30 seconds, and is asked again later/);
});

test('rancher.state that a datasource brings is told to come too late, with what to write instead', () => {
  const { on } = started('["file:/given"]', { '/given': '#cloud-config\nrancher: {state: {dev: LABEL=RANCHER_STATE}}\n' });
  assert.match(on.readText('/dev/kmsg') ?? '', /<3>ros: rancher\.state comes from a datasource, and so too late: .*rancher\.state\.dev=LABEL=RANCHER_STATE/);
});
