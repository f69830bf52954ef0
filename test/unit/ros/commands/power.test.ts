import assert from 'node:assert/strict';
import { test } from 'node:test';
import { os } from '../../../../overlays/ros/commands/os.ts';
import { end, shutdown, stopServices } from '../../../../overlays/ros/commands/power.ts';
import { machine } from '../machine.ts';

const PIPE = '/run/ros/power';

const SHUTDOWNS: readonly (readonly [readonly string[], string])[] = [
  [[], 'poweroff'],
  [['now'], 'poweroff'],
  [['-r', 'now'], 'reboot'],
  [['-H'], 'halt'],
  [['-h', '-P', '+0', 'the host', '-r'], 'poweroff'],
];
for (const [args, action] of SHUTDOWNS) {
  test(`shutdown ${args.join(' ')} is ${action}`, () => {
    const system = machine();
    assert.equal(shutdown(system, args), 0);
    assert.equal(system.readText(PIPE), `${action}\n`);
  });
}

test('shutdown at another time is refused, and nothing ends', () => {
  const system = machine();
  assert.equal(shutdown(system, ['-h', 'tomorrow']), 2);
  assert.match(system.complained.join('\n'), /tomorrow is neither an option nor now/);
  assert.equal(system.readText(PIPE), undefined);
});

test('who asks reboot, poweroff, halt or shutdown for help does not end the machine', () => {
  const system = machine();
  for (const action of ['reboot', 'poweroff', 'halt'] as const) assert.equal(end(system, action, ['--help']), 0);
  assert.equal(shutdown(system, ['--help']), 0);
  assert.equal(system.printed.length, 4);
  assert.equal(system.readText(PIPE), undefined);
  assert.equal(end(system, 'reboot', ['-f']), 0);
  assert.equal(system.readText(PIPE), 'reboot\n');
});

test('os upgrade, which is no more, says what there is in its place', () => {
  assert.throws(() => os(machine(), ['upgrade']), /upgrade is gone.*ros install/);
});

/** Ends the services of this configuration; gives each stop that System Docker was asked for, as name, query and limit of the request. */
function stopped(config: string, files: Readonly<Record<string, string>> = {}): readonly (readonly [string, string, number])[] {
  const stops: [string, string, number][] = [];
  const system = machine(
    { '/var/lib/rancher/conf/cloud-config.yml': config, ...files },
    {
      answer: ({ argv, stdin = '' }) => {
        if (argv[0] !== 'curl') return undefined;
        const url = /url = "http:\/\/docker\/v1\.45([^"]*)"/.exec(stdin)?.[1] ?? '';
        const [, name = '', query = ''] = /^\/containers\/(.*)\/stop(.*)$/.exec(url) ?? [];
        if (name !== '') stops.push([name, query, Number(/max-time = "(\d+)"/.exec(stdin)?.[1])]);
        const list = [{ Names: ['/by-hand'], Image: 'x', Status: 'Up', State: 'running', Labels: {} }];
        if (url.startsWith('/containers/json')) return { status: 0, stdout: `${JSON.stringify(list)}\n200` };
        return { status: 0, stdout: url.endsWith('/_ping') ? 'OK\n200' : '\n204' };
      },
    },
  );
  assert.equal(stopServices(system), 0);
  return stops;
}

const SERVICES = `rancher:
  services:
    docker: {image: d, stop_grace_period: 20s, labels: {io.rancher.os.scope: system}}
    console: {image: c, stop_grace_period: 5s, labels: {io.rancher.os.scope: system, io.rancher.os.console: default}}
    db: {image: x, stop_grace_period: 2m, labels: {io.rancher.os.scope: system, io.rancher.os.after: docker}}
    plain: {image: x, labels: {io.rancher.os.scope: system, io.rancher.os.after: docker}}
    hold: {image: h, stop_grace_period: unlimited, labels: {io.rancher.os.scope: system}}
`;

test('a shutdown waits for each service as long as it names, up to rancher.shutdown_timeout, and for the console last', () => {
  const stops = stopped(SERVICES, { '/run/ros/shutdown-timeout': '300\n' });
  assert.deepEqual(stops, [
    ['by-hand', '', 300],
    ['db', '', 130],
    ['plain', '', 30],
    ['docker', '?t=285', 300],
    ['console', '', 30],
  ]);
});

test('a configuration that cannot be read keeps no machine from stopping what runs, but for what it must not stop', () => {
  const stops = stopped('', { '/usr/share/ros/os-config.yml': 'rancher: {services: {a: {image: "x:${VERSION}"}}}\n' });
  assert.deepEqual(stops, [['by-hand', '', 60]]);
});

test('where nobody says how long a shutdown may take, it is a minute', () => {
  assert.deepEqual(stopped(SERVICES), [
    ['by-hand', '', 60],
    ['db', '', 60],
    ['plain', '', 30],
    ['docker', '?t=45', 60],
    ['console', '', 30],
  ]);
});
