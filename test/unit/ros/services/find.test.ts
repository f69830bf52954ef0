import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { loadConfig } from '../../../../overlays/ros/config/sources.ts';
import { findServices, readServices } from '../../../../overlays/ros/services/config.ts';
import { machine } from '../machine.ts';

const RELEASE = { '/usr/lib/os-release': 'VERSION=v1.5.9\n' };
const OS_CONFIG = 'rancher: {services: {syslog: {image: "rancher/os-base:${VERSION}"}, udev: {image: a}}}';

function found(userConfig: string, files: Readonly<Record<string, string>> = {}) {
  const system = machine({
    ...RELEASE,
    '/usr/share/ros/os-config.yml': OS_CONFIG,
    '/var/lib/rancher/conf/cloud-config.yml': userConfig,
    ...files,
  });
  return findServices(system, loadConfig(system).config);
}

test('services come from all of the configuration, the higher source over the lower key by key', () => {
  const { services, problems } = found('rancher: {services: {syslog: {restart: "no"}, mine: {image: b}}}');
  assert.deepEqual(problems, []);
  assert.deepEqual(services.get('syslog'), { image: 'rancher/os-base:v1.5.9', labels: {}, restart: 'no' });
  assert.equal(services.get('mine')?.image, 'b');
});

test('a service without an image is told, and the others stay', () => {
  const { services, problems } = found('rancher: {services: {mine: {command: b}}}');
  assert.deepEqual([...services.keys()], ['syslog', 'udev']);
  assert.deepEqual(problems, ['service mine: it has no image, so it cannot be created']);
});

test('labels may be a list', () => {
  const { services } = found('rancher: {services: {mine: {image: b, labels: [io.rancher.os.scope=user, bare]}}}');
  assert.deepEqual(services.get('mine')?.labels, { 'io.rancher.os.scope': 'user', bare: '' });
});

test('a definition is taken from the catalogue, with variables, below what rancher.services says', () => {
  const { services, problems } = found('rancher: {environment: {PLACE: "/data"}, services_include: {thing: true, other: false}, services: {thing: {restart: "no"}}}', {
    '/usr/share/ros/services/thing.yml': 'thing: {image: "x:${VERSION}", restart: always, volumes: ["${PLACE}:/d", "${NONE:-/e}:/e$$"]}',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(services.get('thing'), { image: 'x:v1.5.9', labels: {}, restart: 'no', volumes: ['/data:/d', '/e:/e$'] });
});

test('a file and a URL that was fetched once are definitions too', () => {
  const url = 'http://example.test/a.yml';
  const cache = `/var/lib/rancher/cache/${createHash('md5').update(url).digest('hex')}`;
  const { services, problems } = found(`rancher: {services_include: {/opt/mine.yml: true, "${url}": true}}`, {
    '/opt/mine.yml': 'mine: {image: m}\n',
    [cache]: 'far: {image: f}\n',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual([services.get('mine')?.image, services.get('far')?.image], ['m', 'f']);
});

const MISSING: readonly (readonly [string, RegExp])[] = [
  ['http://example.test/a.yml', /never fetched; run “ros service enable http:\/\/example\.test\/a\.yml” once/],
  ['/opt/gone.yml', /there is no such file/],
  ['ghost', /no definition of that name/],
];
for (const [name, message] of MISSING) {
  test(`a definition that is not there (${name}) is told, and the others stay`, () => {
    const { services, problems } = found(`rancher: {services_include: {"${name}": true}}`);
    assert.equal(services.size, 2);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', message);
  });
}

test('what is wrong in a definition is told with its place', () => {
  const { services, problems } = found('rancher: {services_include: {/opt/a.yml: true}}', { '/opt/a.yml': 'a:\n  image: b\n  imagee: c\n' });
  assert.equal(services.get('a')?.image, 'b');
  assert.match(problems[0] ?? '', /^\/opt\/a\.yml:3:3: warning: .*imagee.* Did you mean “image”\?$/);
});

test('a service of the release can be switched off, but not one that the machine cannot do without', () => {
  assert.deepEqual([...found('rancher: {services_include: {syslog: false, udev: false}}').services.keys()], ['udev']);
});

test('a repository has its definitions where RancherOS 1 had them', () => {
  const url = 'https://example.test/repo/t/thing.yml';
  const cache = `/var/lib/rancher/cache/${createHash('md5').update(url).digest('hex')}`;
  const { services } = found('rancher: {repositories: {mine: {url: "https://example.test/repo/"}}, services_include: {thing: true}}', {
    [cache]: 'thing: {image: t}\n',
  });
  assert.equal(services.get('thing')?.image, 't');
});

test('the services of this machine are read without a word', () => {
  const system = machine({ ...RELEASE, '/usr/share/ros/os-config.yml': OS_CONFIG });
  assert.deepEqual([...readServices(system).keys()], ['syslog', 'udev']);
});
