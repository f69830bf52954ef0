import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engine } from '../../../../overlays/ros/commands/engine.ts';
import { dev, env } from '../../../../overlays/ros/commands/environment.ts';
import { readReleases } from '../../../../overlays/ros/commands/os.ts';
import { service } from '../../../../overlays/ros/commands/service.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import type { Service } from '../../../../overlays/ros/services/config.ts';
import { containerSpec, SPEC_LABEL } from '../../../../overlays/ros/services/container.ts';
import { type Machine, machine } from '../machine.ts';

const CONFIG = '/var/lib/rancher/conf/cloud-config.yml';
const OS_CONFIG = `rancher:
  services:
    syslog: {image: "rancher/os-base:v1", labels: {io.rancher.os.scope: system}}
    console: {image: "rancher/os-console:v1"}
    volumes: {image: x, labels: {io.rancher.os.createonly: "true"}}
`;

const SYSLOG: Service = { image: 'rancher/os-base:v1', labels: { 'io.rancher.os.scope': 'system' } };
const SYSLOG_SPEC = containerSpec(new Map([['syslog', SYSLOG]]), 'syslog', SYSLOG).Labels[SPEC_LABEL];

/** A machine with one running container, syslog; every request to a Docker is written down. */
function dockered(files: Readonly<Record<string, string>> = {}, fetched?: string, label = SYSLOG_SPEC): { readonly system: Machine; readonly requests: string[] } {
  const requests: string[] = [];
  const system = machine(
    {
      '/usr/lib/os-release': 'VERSION=v1\n',
      '/usr/share/ros/os-config.yml': OS_CONFIG,
      '/usr/share/ros/services/thing.yml': 'thing: {image: far/away, labels: {io.rancher.os.description: a thing}}\n',
      ...files,
    },
    {
      answer: ({ argv, stdin = '' }) => {
        if (argv[0] === 'docker') {
          requests.push(argv.slice(3).join(' '));
          return { status: 0, stdout: 'Docker version 26.1.5, build x' };
        }
        if (argv[0] !== 'curl') return undefined;
        const url = /url = "([^"]*)"/.exec(stdin)?.[1] ?? '';
        const method = /request = "(\w+)"/.exec(stdin)?.[1] ?? '';
        if (!url.startsWith('http://docker/')) return { status: 0, stdout: fetched === undefined ? '\n000' : `${fetched}\n200` };
        requests.push(`${method} ${url.slice('http://docker/v1.45'.length)}`);
        if (url.endsWith('/_ping')) return { status: 0, stdout: 'OK\n200' };
        const labels = { [SPEC_LABEL]: label };
        const list = [{ Names: ['/syslog'], Image: 'rancher/os-base:v1', Status: 'Up 3 minutes', State: 'running', Labels: labels }];
        if (method === 'GET') return { status: 0, stdout: `${JSON.stringify(list)}\n200` };
        return { status: 0, stdout: url.includes('/create') ? '\n201' : '\n204' };
      },
    },
  );
  return { system, requests };
}

test('list shows what is switched on and how it is; with -a the catalogue too, and what it is for', () => {
  const { system } = dockered();
  assert.equal(service(system, ['list', '-a']), 0);
  assert.deepEqual(system.printed, ['enabled  syslog  running', 'enabled  console not created', 'disabled thing               a thing']);
});

test('list --json is for programs', () => {
  const { system } = dockered();
  service(system, ['list', '--json']);
  const rows = JSON.parse(system.printed.join('')) as { name: string; enabled: boolean; state: string }[];
  assert.deepEqual(
    rows.map(({ name, enabled, state }) => [name, enabled, state]),
    [
      ['syslog', true, 'running'],
      ['console', true, 'not created'],
    ],
  );
});

test('a service of the catalogue is enabled, disabled and deleted by name', () => {
  const { system } = dockered();
  assert.equal(service(system, ['enable', 'thing']), 0);
  assert.match(system.printed.join('\n'), /far\/away is not part of the release/);
  assert.match(system.readText(CONFIG) ?? '', /services_include:\n\s+thing: true/);
  service(system, ['disable', 'thing']);
  assert.match(system.readText(CONFIG) ?? '', /thing: false/);
  service(system, ['delete', 'thing']);
  assert.doesNotMatch(system.readText(CONFIG) ?? '', /thing/);
});

test('a URL is fetched when it is enabled, so that no start needs a network', () => {
  const { system } = dockered({}, 'far: {image: f}');
  assert.equal(service(system, ['enable', 'http://example.test/far.yml']), 0);
  service(system, ['list']);
  assert.match(system.printed.join('\n'), /enabled {2}far /);
});

for (const name of ['../../x', 'a b; rm -rf /', 'a?force=1', '']) {
  test(`a definition with the service ${JSON.stringify(name)} is not enabled`, () => {
    const { system } = dockered({ '/opt/own.yml': `good: {image: a}\n${JSON.stringify(name)}: {image: b}\n` });
    assert.throws(() => service(system, ['enable', '/opt/own.yml']), /is not enabled/);
    assert.match(system.complained.join('\n'), /is no name for a container/);
    assert.equal(system.readText(CONFIG), undefined);
  });
}

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['bad: {image: a, volumes: {/a: /b}}', /^\/opt\/own\.yml:1:17: error: .*volumes/],
  ['bad: {image: a, restart: [x]}', /^\/opt\/own\.yml:1:17: error: .*restart/],
  ['bad: {image: a, mem_limit: much}', /^\/opt\/own\.yml: service bad: mem_limit is a number of bytes/],
  ['bad: {image: a, labels: {io.rancher.os.scope: system}, volumes_from: [nobody]}', /service bad: bad takes volumes from nobody/],
  ['bad: {image: a, env_file: /nowhere}', /service bad: its env_file \/nowhere does not exist/],
];
for (const [definition, problem] of WRONG) {
  test(`${definition} is not enabled, and its place is told`, () => {
    const { system } = dockered({ '/opt/own.yml': `${definition}\n` });
    assert.throws(() => service(system, ['enable', '/opt/own.yml']), /\/opt\/own\.yml is not enabled/);
    assert.match(system.complained.join('\n'), problem);
    assert.equal(system.readText(CONFIG), undefined);
  });
}

test('a definition with an unknown key is enabled, and the key is told', () => {
  const { system } = dockered({ '/opt/own.yml': 'good: {image: a, colour: red}\n' });
  assert.equal(service(system, ['enable', '/opt/own.yml']), 0);
  assert.match(system.complained.join('\n'), /\/opt\/own\.yml:1:\d+: warning: .*colour/);
  assert.match(system.readText(CONFIG) ?? '', /own\.yml: true/);
});

test('a definition whose name a service of the release has, or that asks for ports that cannot be, is enabled with a warning', () => {
  const labels = 'labels: {io.rancher.os.scope: system}';
  const { system } = dockered({ '/opt/own.yml': `syslog: {image: a}\nweb: {image: b, ports: ["8080:80"], ${labels}}\n` });
  assert.equal(service(system, ['enable', '/opt/own.yml']), 0);
  const told = system.complained.join('\n');
  assert.match(told, /the release has a service syslog of its own/);
  assert.match(told, /service web: no effect of ports 8080:80/);
});

const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [['enable', 'thingg'], /no service thingg\. Did you mean thing\?/],
  [['enable', 'http://example.test/far.yml'], /does not answer; is there a network\?; nothing was enabled/],
  [['enable', './far.yml'], /must begin with a slash/],
  [['enable', '/tmp/far.yml'], /would be gone after a restart/],
  [['disable', 'console'], /cannot do without console/],
  [['start', 'sislog'], /no service sislog\. Did you mean syslog\?/],
  [['delete', 'syslog'], /was not enabled by services_include/],
  [['build'], /service build is gone/],
];
for (const [args, message] of REFUSED) {
  test(`service ${args.join(' ')} fails with a sentence`, () => {
    const { system } = dockered();
    assert.throws(
      () => service(system, args),
      (error) => error instanceof Failure && message.test(error.message),
    );
    assert.equal(system.readText(CONFIG), undefined);
  });
}

test('what is written wrongly ends with status 2, with the nearest name; help with 0', () => {
  const { system } = dockered();
  assert.equal(service(system, ['lits']), 2);
  assert.match(system.complained.join('\n'), /Did you mean list\?/);
  assert.equal(service(system, ['start']), 2);
  assert.equal(service(system, ['logs', 'syslog', '--lines', 'x']), 2);
  assert.equal(service(system, ['logs', '--help']), 0);
});

test('containers are started, stopped, restarted, killed and removed by Docker', () => {
  const { system, requests } = dockered();
  for (const verb of ['start', 'stop', 'restart', 'kill', 'rm']) assert.equal(service(system, [verb, 'syslog']), 0, verb);
  assert.deepEqual(requests, [
    'POST /containers/syslog/start',
    'POST /containers/syslog/stop',
    'POST /containers/syslog/restart',
    'POST /containers/syslog/kill?signal=SIGKILL',
    'DELETE /containers/syslog?force=false&v=false',
  ]);
});

test('the seconds of -t are those until a container is killed, also where it named others', () => {
  const { system, requests } = dockered();
  for (const verb of ['stop', 'restart']) assert.equal(service(system, [verb, '-t', '90', 'syslog']), 0, verb);
  assert.deepEqual(requests, ['POST /containers/syslog/stop?t=90', 'POST /containers/syslog/restart?t=90']);
});

test('logs are those of the last lines', () => {
  const { system, requests } = dockered();
  assert.equal(service(system, ['logs', '-n', '5', 'syslog']), 0);
  assert.deepEqual(requests, ['logs --tail 5 syslog']);
});

const UP: readonly (readonly [string, readonly string[], string, readonly string[]])[] = [
  ['as it is where its definition is the same', [], SYSLOG_SPEC ?? '', ['POST /containers/syslog/start']],
  ['as it is with --no-recreate', ['--no-recreate'], 'other', ['POST /containers/syslog/start']],
  ['anew where its definition changed', [], 'other', ['POST /containers/create?name=syslog', 'POST /containers/syslog/start']],
  ['anew with --force-recreate', ['--force-recreate'], SYSLOG_SPEC ?? '', ['POST /containers/create?name=syslog', 'POST /containers/syslog/start']],
];
for (const [sentence, options, label, expected] of UP) {
  test(`up starts a container ${sentence}`, () => {
    const { system, requests } = dockered({}, undefined, label);
    assert.equal(service(system, ['up', ...options, 'syslog']), 0);
    assert.deepEqual(
      requests.filter((request) => request.startsWith('POST')),
      expected,
    );
  });
}

test('there is one engine, and another one cannot be chosen', () => {
  const { system } = dockered();
  assert.equal(engine(system, ['list']), 0);
  assert.deepEqual(system.printed, ['current  docker-26.1.5']);
  assert.equal(engine(system, ['enable', 'docker-26.1.5']), 0);
  assert.throws(() => engine(system, ['switch', 'docker-1.12.6']), /no engine docker-1\.12\.6: this system has one engine/);
  assert.throws(() => engine(system, ['create', 'x']), /is gone/);
});

test('releases are listed as RancherOS 1 publishes them', () => {
  const text = 'current: rancher/os:v1.6\navailable: [rancher/os:v1.5, rancher/os:v1.6]\n';
  assert.deepEqual(readReleases(text, 'x', 'v1.5'), [
    { version: 'v1.5', isRunning: true, isLatest: false },
    { version: 'v1.6', isRunning: false, isLatest: true },
  ]);
  assert.throws(() => readReleases('a: 1', 'x', 'v1'), /x lists no releases/);
});

test('env prints the environment of the configuration, and dev takes labels only', () => {
  const { system } = dockered({ [CONFIG]: 'rancher: {environment: {A: "1"}}' });
  assert.equal(env(system, []), 0);
  assert.deepEqual(system.printed, ['A=1']);
  assert.equal(dev(system, ['sda']), 2);
});
