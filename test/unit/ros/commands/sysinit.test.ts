import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sysinit } from '../../../../overlays/ros/commands/sysinit.ts';
import { proveStart } from '../../../../overlays/ros/install/prove-start.ts';
import { readServices } from '../../../../overlays/ros/services/config.ts';
import { NOTHING_AROUND } from '../../../../overlays/ros/services/environment.ts';
import { planServices } from '../../../../overlays/ros/services/start-plan.ts';
import { type BootChoice, decodeBootChoice, encodeBootChoice, tryNext } from '../../../../pipeline/formats/boot-choice.ts';
import { machine } from '../machine.ts';

const SETTLED: BootChoice = { slot: 'a', next: undefined, left: 0, failed: undefined };
const GRUBENV = '/run/rancher/medium/EFI/debian/grubenv';
const SYSTEM = 'labels: {io.rancher.os.scope: system}';
const OS_CONFIG = `rancher:
  cloud_init: {datasources: []}
  services:
    console: {image: c, ${SYSTEM}}
    docker: {image: d, ${SYSTEM}}
    network: {image: n, ${SYSTEM}}
    acpid: {image: n, ${SYSTEM}}
`;

interface Behaviour {
  /** Milliseconds after which System Docker answers. */
  readonly readyAfter?: number;
  /** What the creation of a container answers. */
  readonly created?: (name: string) => string;
  /** What a container is like, at this time in milliseconds. */
  readonly inspected?: (name: string, now: number) => { readonly running: boolean; readonly restarts: number } | undefined;
  readonly userDocker?: boolean;
  /** Processes of the console, at this time in milliseconds, and the number that sshd has left. */
  readonly processes?: (now: number) => readonly (readonly [pid: string, command: string])[];
  readonly sshd?: string;
  /** Containers that are there already. */
  readonly listed?: readonly object[];
  readonly slot?: string;
}

const GETTY = ['20', '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 /usr/sbin/agetty --noclear tty1'] as const;
const SSHD = ['30', 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'] as const;

/** A machine whose slot b is on trial, with Dockers that behave as told. */
function onTrial(behaviour: Behaviour = {}) {
  const { readyAfter = 0, created = () => '\n201', inspected = () => ({ running: true, restarts: 0 }) } = behaviour;
  const { userDocker = true, processes = () => [GETTY], sshd, listed = [], slot = 'b' } = behaviour;
  const requests: string[] = [];
  const commands: string[] = [];
  const docker = (stdin: string): string => {
    const [, url = ''] = /url = "http:\/\/docker\/v1\.45([^"]*)"/.exec(stdin) ?? [];
    const isSystem = stdin.includes('system-docker.sock');
    if (url === '/_ping') return (isSystem ? system.now() >= readyAfter : userDocker) ? 'OK\n200' : '\n000';
    requests.push(`${/request = "(\w+)"/.exec(stdin)?.[1]} ${url}`);
    if (url.startsWith('/containers/create')) return created(url.split('name=')[1] ?? '');
    if (url.startsWith('/containers/console/top')) return `${JSON.stringify({ Processes: processes(system.now()) })}\n200`;
    if (url.startsWith('/containers/json')) return `${JSON.stringify(listed)}\n200`;
    const name = /^\/containers\/(.*)\/json$/.exec(url)?.[1];
    if (name === undefined) return '\n204';
    const found = inspected(name, system.now());
    return found === undefined ? '\n404' : `${JSON.stringify({ RestartCount: found.restarts, State: { Running: found.running, ExitCode: 1 } })}\n200`;
  };
  const system = machine(
    {
      '/proc/cmdline': `quiet rancher.slot=${slot}\n`,
      [GRUBENV]: encodeBootChoice({ ...tryNext(SETTLED, 'b'), left: 2 }),
      '/dev/kmsg': '',
      '/usr/lib/os-release': 'VERSION=v1\n',
      '/usr/share/ros/os-config.yml': OS_CONFIG,
      '/run/docker.pid': '1',
      ...(sshd === undefined ? {} : { '/run/sshd.pid': `${sshd}\n` }),
    },
    {
      answer: ({ argv, stdin = '' }) => {
        if (argv[0] === 'curl') return { status: 0, stdout: docker(stdin) };
        // What runs elsewhere, such as an sshd in a container of the user's.
        if (argv[0] === 'pgrep') return { status: 0, stdout: '4711\n' };
        commands.push(argv.join(' '));
        return ['dd', 'mkdir'].includes(argv[0] ?? '') || argv.join(' ').includes('dd ') ? undefined : { status: 0, stdout: '' };
      },
    },
  );
  const choice = () => decodeBootChoice(readFileSync(join(system.root, GRUBENV)), 'it');
  const proves = () => commands.filter((command) => command.includes('ros prove-start')).length;
  const listens = () => commands.filter((command) => command.includes('setsid acpid')).length;
  const pulled = () => commands.flatMap((command) => /^docker --host \S+ pull --quiet (\S+)$/.exec(command)?.[1] ?? []);
  return { system, requests, choice, proves, listens, pulled, log: () => system.readText('/dev/kmsg') ?? '' };
}

test('a version on trial whose containers could not be created is not confirmed, though sysinit tells it and goes on', () => {
  const trial = onTrial({ created: () => '{"message":"no space left on device"}\n500', inspected: () => undefined });
  assert.equal(sysinit(trial.system), 1);
  assert.match(trial.log(), /<3>ros: console: no space left on device/);
  assert.equal(trial.proves(), 1);
  assert.equal(proveStart(trial.system), 1);
  assert.deepEqual(trial.choice(), { ...tryNext(SETTLED, 'b'), left: 2 });
  assert.match(trial.log(), /<3>ros: this version is on trial and is not confirmed: console does not run/);
});

test('sysinit itself confirms nothing, and asks nobody to prove a slot that GRUB knows', () => {
  const trial = onTrial();
  assert.equal(sysinit(trial.system), 0);
  assert.deepEqual(trial.choice(), { ...tryNext(SETTLED, 'b'), left: 2 });
  assert.equal(trial.proves(), 1);
  const live = onTrial({ slot: 'x' });
  assert.equal(sysinit(live.system), 0);
  assert.equal(live.proves(), 0);
});

test('an image that a service lacks is pulled, but none for the console, whose place the default one has taken', () => {
  const lacking = onTrial({ created: (name) => (['console', 'acpid'].includes(name) ? '\n404' : '\n201') });
  assert.equal(sysinit(lacking.system), 0);
  assert.deepEqual([...new Set(lacking.pulled())], ['n']);
  assert.match(lacking.log(), /<3>ros: service console: System Docker has no image \S+/);
});

const NOT_PROVED: readonly (readonly [string, Behaviour, RegExp])[] = [
  ["the user's Docker does not answer", { userDocker: false }, /the user's Docker does not answer/],
  ["nothing in the console lets anybody in, though a container of the user's has an sshd", { processes: () => [['9', 'sh /usr/lib/ros/services/console']], sshd: '4711' }, /nobody can log in/],
  ['the sshd in the console is not the one that listens', { processes: () => [SSHD], sshd: '31' }, /nobody can log in/],
  ['every login of the console ends at once', { processes: (now) => [[String(now), 'agetty --noclear tty1']] }, /nobody can log in/],
  ['the network ends', { inspected: (name) => ({ running: name !== 'network', restarts: 0 }) }, /network does not run/],
  ['the console is started again and again', { inspected: (name, now) => ({ running: true, restarts: name === 'console' ? Math.floor(now / 10_000) : 0 }) }, /its containers do not stay/],
];
for (const [what, behaviour, words] of NOT_PROVED) {
  test(`a version on trial is not confirmed where ${what}`, () => {
    const trial = onTrial(behaviour);
    assert.equal(proveStart(trial.system), 1);
    assert.deepEqual(trial.choice(), { ...tryNext(SETTLED, 'b'), left: 2 });
    assert.match(trial.log(), words);
  });
}

test('a version on trial is confirmed once console, network, Docker and a login have stayed for a while, also after a bad beginning', () => {
  const trial = onTrial({ inspected: (name, now) => ({ running: name !== 'docker' || now > 90_000, restarts: now > 90_000 ? 4 : 3 }) });
  assert.equal(proveStart(trial.system), 0);
  assert.deepEqual(trial.choice(), { ...SETTLED, slot: 'b' });
  assert.ok(trial.system.now() >= 120_000);
});

test('a version on trial is confirmed by the sshd of the console, and while people log in and out on its terminal', () => {
  const trial = onTrial({ processes: (now) => [SSHD, [String(now), 'agetty --noclear tty1']], sshd: '30' });
  assert.equal(proveStart(trial.system), 0);
  assert.deepEqual(trial.choice(), { ...SETTLED, slot: 'b' });
});

test('sysinit goes on when System Docker is late by many minutes, and says meanwhile what it waits for', () => {
  const late = onTrial({ readyAfter: 500_000 });
  assert.equal(sysinit(late.system), 0);
  assert.match(late.log(), /<3>ros: System Docker has not answered for 120 seconds/);
  assert.match(late.log(), /has not answered for 480 seconds/);
  assert.ok(late.requests.includes('POST /containers/console/start'));
  assert.equal(late.system.readText('/run/ros/services-started'), '');
});

test('sysinit that is run again makes no container anew that an earlier run made as planned and that runs', () => {
  const first = onTrial();
  sysinit(first.system);
  const listed = [{ Names: ['/console'], Image: 'c', Status: 'Up', State: 'running', Labels: { 'io.rancher.os.spec': specOf('console') } }];
  const again = onTrial({ listed });
  again.system.writeText('/run/ros/services-begun', '');
  assert.equal(sysinit(again.system), 0);
  assert.deepEqual(again.requests.filter((request) => request.startsWith('POST /containers/create')).sort(), [
    'POST /containers/create?name=acpid',
    'POST /containers/create?name=docker',
    'POST /containers/create?name=network',
  ]);
  assert.ok(first.requests.includes('POST /containers/create?name=console'));
});

test('the power button is listened for without a container where none could be made, and by the container alone where it could', () => {
  const full = onTrial({ created: (name) => (name === 'acpid' ? '{"message":"no space left on device"}\n500' : '\n201') });
  assert.equal(sysinit(full.system), 1);
  assert.equal(full.listens(), 1);
  const usual = onTrial();
  assert.equal(sysinit(usual.system), 0);
  assert.equal(usual.listens(), 0);
});

test("a container of the user's Docker that was made of the same definition is only started again, with what it keeps in itself", () => {
  const config = { '/var/lib/rancher/conf/cloud-config.yml': 'rancher: {services: {db: {image: postgres}, other: {image: postgres, command: changed}}}\n' };
  const spec = planServices(readServices(machine(config)), 'user', NOTHING_AROUND).specs.get('db')?.Labels['io.rancher.os.spec'];
  const listed = ['db', 'other'].map((name) => ({ Names: [`/${name}`], Image: 'postgres', Status: 'Exited', State: 'exited', Labels: { 'io.rancher.os.spec': spec } }));
  const again = onTrial({ listed });
  for (const [path, text] of Object.entries(config)) again.system.writeText(path, text);
  assert.equal(sysinit(again.system), 0);
  const asked = again.requests.filter((request) => /db|other/.test(request));
  assert.deepEqual(asked, ['POST /containers/create?name=other', 'POST /containers/db/start', 'POST /containers/other/start']);
});

function specOf(name: string): string {
  const services = readServices(onTrial().system);
  return planServices(services, 'system', NOTHING_AROUND).specs.get(name)?.Labels['io.rancher.os.spec'] ?? '';
}
