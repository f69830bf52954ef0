import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readCloudConfig, readCompose } from '../../../../overlays/ros/config/read.ts';
import { findServices, isCreateOnly, isSystem, readServices, type Services } from '../../../../overlays/ros/services/config.ts';
import { containerSpec, volumesOf } from '../../../../overlays/ros/services/container.ts';
import { NOTHING_AROUND } from '../../../../overlays/ros/services/environment.ts';
import { waves, withAwaited } from '../../../../overlays/ros/services/start-order.ts';
import { planServices } from '../../../../overlays/ros/services/start-plan.ts';
import { projectFolder } from '../../../rig/project.ts';
import { machine } from '../machine.ts';

/** Services written as `name: after`, both lists of names separated by commas. */
function ordered(rows: { readonly [name: string]: { readonly after?: string; readonly before?: string } }): Services {
  return new Map(
    Object.entries(rows).map(([name, { after, before }]) => [
      name,
      {
        image: 'x',
        labels: { ...(after && { 'io.rancher.os.after': after }), ...(before && { 'io.rancher.os.before': before }) },
      },
    ]),
  );
}

const ORDERS: readonly (readonly [string, Parameters<typeof ordered>[0], string[][]])[] = [
  ['services without order start at once', { a: {}, b: {} }, [['a', 'b']]],
  ['a service starts behind those that it names', { a: { after: 'b, c' }, b: {}, c: { after: 'b' } }, [['b'], ['c'], ['a']]],
  ['a service starts ahead of those that it names', { a: {}, b: { before: 'a' } }, [['b'], ['a']]],
  ['a name that does not exist orders nothing', { a: { after: 'ghost' }, b: { before: 'ghost' } }, [['a', 'b']]],
];
for (const [sentence, rows, expected] of ORDERS) test(sentence, () => assert.deepEqual(waves(ordered(rows)), expected));

test('what is urgent is what was named and all that it waits for, by either label', () => {
  const services = ordered({
    console: {},
    docker: { after: 'cloud-init' },
    'cloud-init': { after: 'network' },
    network: {},
    mine: { before: 'docker' },
    ntp: { after: 'network, docker' },
  });
  assert.deepEqual([...withAwaited(services, ['console', 'docker', 'gone'])].sort(), ['cloud-init', 'console', 'docker', 'mine', 'network']);
});

test("the user's Docker comes first, with the console that it lives in, but not where it waits for a datasource or for the network", () => {
  const first = (rows: Parameters<typeof ordered>[0]) => {
    const labels = { 'io.rancher.os.scope': 'system' };
    const once = { 'io.rancher.os.detach': 'false' };
    const services = new Map([...ordered(rows)].map(([name, service]) => [name, { ...service, labels: { ...service.labels, ...labels, ...(name === 'cloud-init' && once) } }]));
    return [...planServices(services, 'system', NOTHING_AROUND).first].sort();
  };
  const usual = { console: {}, docker: { after: 'cloud-init' }, network: { after: 'udev' }, udev: {} };
  assert.deepEqual(first(usual), ['console', 'docker']);
  assert.deepEqual(first({ ...usual, mine: { before: 'docker' } }), ['console', 'docker', 'mine']);
  assert.deepEqual(first({ ...usual, console: { after: 'cloud-init' }, 'cloud-init': {} }), []);
  assert.deepEqual(first({ ...usual, 'cloud-init': {} }), []);
  assert.deepEqual(first({ ...usual, docker: { after: 'network' } }), []);
});

test('only services that wait for each other lose their order, and are told', () => {
  const told: string[] = [];
  const services = ordered({ a: { after: 'b' }, b: { after: 'a' }, c: { after: 'a' }, d: { after: 'c' }, e: {} });
  assert.deepEqual(
    waves(services, (sentence) => told.push(sentence)),
    [['e'], ['b', 'a'], ['c'], ['d']],
  );
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /: b, a$/);
});

test('a circle that waits for another circle starts behind it', () => {
  const services = ordered({ a: { after: 'b, c' }, b: { after: 'a' }, c: { after: 'd' }, d: { after: 'c' } });
  assert.deepEqual(waves(services), [
    ['d', 'c'],
    ['b', 'a'],
  ]);
});

test('a service starts behind those that it is linked to and whose network it shares', () => {
  const services: Services = new Map([
    ['web', { image: 'x', links: ['db:database'] }],
    ['side', { image: 'x', net: 'container:web' }],
    ['db', { image: 'x' }],
  ]);
  assert.deepEqual(waves(services), [['db'], ['web'], ['side']]);
});

test('volumes are taken over from other services, each place once and its own last', () => {
  const services: Services = new Map([
    ['data', { image: 'x', volumes: ['/a:/a', '/dev:/dev'] }],
    ['more', { image: 'x', volumes_from: ['data'], volumes: ['/b:/b'] }],
    ['top', { image: 'x', volumes_from: ['more'], volumes: ['/c:/a'] }],
  ]);
  assert.deepEqual(volumesOf(services, 'top'), ['/c:/a', '/dev:/dev', '/b:/b']);
});

test('volumes from nowhere and from itself are refused by name', () => {
  const labels = { 'io.rancher.os.scope': 'system' };
  assert.throws(() => volumesOf(new Map([['a', { image: 'x', labels, volumes_from: ['b'] }]]), 'a'), /a takes volumes from b, which does not exist/);
  assert.throws(() => volumesOf(new Map([['a', { image: 'x', volumes_from: ['a'] }]]), 'a'), /a takes volumes from itself/);
});

const PERIODS: readonly (readonly [string | undefined, number | undefined])[] = [
  [undefined, undefined],
  ['20s', 20],
  ['unlimited', -1],
];
for (const [period, seconds] of PERIODS) {
  test(`a grace period of ${period ?? 'nothing'} ${seconds === undefined ? "leaves it to Docker's own" : `stops after ${seconds} s`}`, () => {
    const service = { image: 'x', ...(period === undefined ? {} : { stop_grace_period: period }) };
    assert.equal(containerSpec(new Map([['a', service]]), 'a', service).StopTimeout, seconds);
  });
}

test('what the image ships: every listed system service starts again by itself, and nothing on the way to login waits for the clock', () => {
  const text = readFileSync(path.join(projectFolder, 'overlays/system/usr/share/ros/os-config.yml'), 'utf8');
  const { config, problems } = readCloudConfig(text, 'os-config.yml');
  const { services, problems: others } = findServices(machine(), config);
  assert.deepEqual([problems, others], [[], []]);
  const running = new Map([...services].filter(([, service]) => !isCreateOnly(service)));
  for (const name of ['udev', 'syslog', 'network', 'ntp', 'acpid', 'cron', 'console', 'docker']) {
    const service = running.get(name);
    assert.ok(service, `${name} is missing`);
    assert.ok(isSystem(service), `${name} is not the system's`);
    assert.equal(service.restart, 'always', name);
    assert.ok(service.stop_grace_period, `${name} does not say how long it may take to end`);
  }
  const order = waves(running);
  const waveOf = (name: string) => order.findIndex((wave) => wave.includes(name));
  assert.ok(waveOf('ntp') >= waveOf('console') && waveOf('ntp') >= waveOf('docker'));
});

const CATALOGUES = ['system', '4glte', 'hyperv', 'proxmoxve', 'vmware'].map((layer) => path.join(projectFolder, 'overlays', layer, 'usr/share/ros/services'));

for (const folder of CATALOGUES) {
  for (const file of readdirSync(folder)) {
    test(`${path.relative(projectFolder, path.join(folder, file))} says which Docker it is for, and whether it starts again`, () => {
      const { config } = readCompose(readFileSync(path.join(folder, file), 'utf8'), file);
      for (const [name, service] of Object.entries(config.rancher?.services ?? {})) {
        const labels = service.labels as Readonly<Record<string, string>>;
        assert.match(labels['io.rancher.os.scope'] ?? '', /^(system|user)$/, name);
        assert.equal(service.restart === 'always', labels['io.rancher.os.detach'] !== 'false', name);
      }
    });
  }
}

test("an image of the user's in the place of a service of the release does not get the release's command", () => {
  const own = 'rancher: {services: {syslog: {image: "reg.example/syslog-ng:1", net: host}, ntp: {image: "rancher/os-base:v2"}, console: {image: my/console}}}\n';
  const system = machine({
    '/usr/lib/os-release': 'VERSION=v1\n',
    '/usr/share/ros/os-config.yml': readFileSync(path.join(projectFolder, 'overlays/system/usr/share/ros/os-config.yml'), 'utf8'),
    '/var/lib/rancher/conf/cloud-config.yml': own,
  });
  system.writeText('/proc/cmdline', 'quiet rancher.services.cron.image=my/cron:1\n');
  const services = readServices(system);
  assert.equal(services.get('cron')?.image, 'my/cron:1');
  assert.equal(services.get('cron')?.command, undefined);
  assert.equal(services.get('syslog')?.image, 'reg.example/syslog-ng:1');
  assert.equal(services.get('syslog')?.command, undefined);
  assert.deepEqual(services.get('syslog')?.volumes_from, ['system-volumes']);
  assert.equal(services.get('ntp')?.command, '/usr/lib/ros/services/ntp');
  assert.equal(services.get('console')?.command, '/usr/lib/ros/services/console');
});

test("a service without a scope is the user's Docker's, on its bridge, with its ports published and no restart", () => {
  const system = machine({ '/var/lib/rancher/conf/cloud-config.yml': 'rancher: {services: {web: {image: nginx, ports: ["8080:80"]}}}\n' });
  const services = readServices(system);
  assert.deepEqual([...planServices(services, 'system', NOTHING_AROUND).specs.keys()], []);
  const spec = planServices(services, 'user', NOTHING_AROUND).specs.get('web');
  assert.equal(spec?.HostConfig.NetworkMode, 'default');
  assert.deepEqual(spec?.HostConfig.RestartPolicy, { Name: 'no' });
  assert.deepEqual(spec?.HostConfig['PortBindings'], { '80/tcp': [{ HostIp: '', HostPort: '8080' }] });
  assert.equal(spec?.StopTimeout, undefined);
});
