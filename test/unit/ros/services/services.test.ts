import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { isCreateOnly, isSystem, parseServices, type Services } from '../../../../overlays/ros/services/config.ts';
import { containerSpec, volumesOf } from '../../../../overlays/ros/services/container.ts';
import { waves } from '../../../../overlays/ros/services/order.ts';
import { projectFolder } from '../../../rig/project.ts';

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

test('services that wait for each other are named', () => {
  assert.throws(() => waves(ordered({ a: { after: 'b' }, b: { after: 'a' }, c: {} })), /a, b$/);
});

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ['a service without an image', 'x:\n  command: a', /service x has no image/],
  ['a key that is not known', 'x:\n  image: a\n  imagee: b', /service x: imagee is not known/],
];
for (const [sentence, yaml, message] of REFUSED) {
  test(`${sentence} is refused by name`, () => {
    const text = `rancher:\n  services:\n${yaml.replace(/^/gm, '    ')}\n`;
    assert.throws(
      () => parseServices(text, 'v1'),
      (error) => error instanceof Failure && message.test(error.message),
    );
  });
}

test('the version stands in for its placeholder', () => {
  const services = parseServices('rancher: {services: {x: {image: "rancher/os-base:${VERSION}"}}}', 'v1.5.9');
  assert.equal(services.get('x')?.image, 'rancher/os-base:v1.5.9');
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
  assert.throws(() => volumesOf(new Map([['a', { image: 'x', volumes_from: ['b'] }]]), 'a'), /a takes volumes from b, which does not exist/);
  assert.throws(() => volumesOf(new Map([['a', { image: 'x', volumes_from: ['a'] }]]), 'a'), /a takes volumes from itself/);
});

const PERIODS: readonly (readonly [string | undefined, number])[] = [
  [undefined, 3],
  ['20s', 20],
  ['unlimited', -1],
];
for (const [period, seconds] of PERIODS) {
  test(`a grace period of ${period ?? 'nothing'} stops after ${seconds} s`, () => {
    const service = { image: 'x', ...(period === undefined ? {} : { stop_grace_period: period }) };
    assert.equal(containerSpec(new Map([['a', service]]), 'a', service).StopTimeout, seconds);
  });
}

test('what the image ships: every listed system service starts again by itself, and nothing on the way to login waits for the clock', () => {
  const text = readFileSync(path.join(projectFolder, 'overlays/system/usr/share/ros/os-config.yml'), 'utf8');
  const services = parseServices(text, 'v1.5.9');
  const running = new Map([...services].filter(([, service]) => !isCreateOnly(service)));
  for (const name of ['udev', 'syslog', 'network', 'ntp', 'acpid', 'cron', 'console', 'docker']) {
    const service = running.get(name);
    assert.ok(service, `${name} is missing`);
    assert.ok(isSystem(service), `${name} is not the system's`);
    assert.equal(service.restart, 'always', name);
  }
  const order = waves(running);
  const waveOf = (name: string) => order.findIndex((wave) => wave.includes(name));
  assert.ok(waveOf('ntp') >= waveOf('console') && waveOf('ntp') >= waveOf('docker'));
});
