import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ContainerSpec, SPEC_LABEL } from '../../../../overlays/ros/services/container.ts';
import { keptContainers, prepareDataRoot } from '../../../../overlays/ros/state/data-root.ts';
import { type Machine, machine } from '../machine.ts';

const ROOT = '/var/lib/system-docker';
const CONSOLE = { Image: 'rancher/os-console:v2', Cmd: ['start'], Labels: { [SPEC_LABEL]: 'of v2' } } as unknown as ContainerSpec;

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly labels?: { readonly [name: string]: string };
}

/** A data root as System Docker leaves it, with one layer of this release, one of the release before, and containers. */
function withContainers(containers: readonly Container[], console = CONSOLE): { readonly system: Machine; readonly has: (path: string) => boolean } {
  const files: { [path: string]: string } = {
    [`${ROOT}/image/overlay2/repositories.json`]: JSON.stringify({
      Repositories: { 'rancher/os-console': { 'rancher/os-console:v1': 'sha256:old', 'rancher/os-console:v2': 'sha256:new' }, mine: { 'mine:latest': 'sha256:mine' } },
    }),
    [`${ROOT}/image/overlay2/imagedb/content/sha256/old`]: '{}',
    [`${ROOT}/image/overlay2/imagedb/content/sha256/mine`]: '{}',
    [`${ROOT}/image/overlay2/layerdb/sha256/oldchain/cache-id`]: 'oldlayer',
    [`${ROOT}/image/overlay2/layerdb/sha256/newchain/cache-id`]: 'newlayer',
    [`${ROOT}/overlay2/oldlayer/link`]: 'OLD',
    [`${ROOT}/overlay2/newlayer/link`]: 'NEW',
    [`${ROOT}/overlay2/l/OLD`]: '',
    '/layers/new/file': '',
    '/seed/image/overlay2/repositories.json': JSON.stringify({ Repositories: { 'rancher/os-console': { 'rancher/os-console:v2': 'sha256:new' } } }),
    '/run/ros/x': '',
  };
  for (const { name, image = 'sha256:new', labels = {} } of containers) {
    files[`${ROOT}/containers/id-${name}/config.v2.json`] = `${JSON.stringify({ Name: `/${name}`, Image: image, Config: { Labels: labels } })}\n`;
    files[`${ROOT}/image/overlay2/layerdb/mounts/id-${name}/mount-id`] = `m-${name}`;
    files[`${ROOT}/image/overlay2/layerdb/mounts/id-${name}/init-id`] = `m-${name}-init`;
    for (const folder of [`m-${name}`, `m-${name}-init`]) files[`${ROOT}/overlay2/${folder}/link`] = `L-${folder}`;
    for (const folder of [`m-${name}`, `m-${name}-init`]) files[`${ROOT}/overlay2/l/L-${folder}`] = '';
  }
  const system = machine(files);
  symlinkSync(join(system.root, 'layers/gone'), join(system.root, ROOT, 'overlay2/oldlayer/diff'));
  symlinkSync(join(system.root, 'layers/new'), join(system.root, ROOT, 'overlay2/newlayer/diff'));
  mkdirSync(join(system.root, 'run/rancher'));
  spawnSync('tar', ['-C', join(system.root, 'seed'), '-cf', join(system.root, 'run/rancher/seed.tar'), 'image']);
  prepareDataRoot(system, () => console);
  return { system, has: (path) => existsSync(join(system.root, ROOT, path)) };
}

const consoleOf = (spec: ContainerSpec): Container => ({
  name: 'console',
  labels: { 'io.rancher.os.scope': 'system', 'io.rancher.os.console': 'default', [SPEC_LABEL]: spec.Labels[SPEC_LABEL] ?? '' },
});

test('a service of the system is made anew: nothing of its container is left', () => {
  const { system, has } = withContainers([{ name: 'syslog', labels: { 'io.rancher.os.scope': 'system' } }]);
  for (const path of ['containers/id-syslog', 'image/overlay2/layerdb/mounts/id-syslog', 'overlay2/m-syslog', 'overlay2/m-syslog-init', 'overlay2/l/L-m-syslog']) assert.equal(has(path), false, path);
  assert.deepEqual([...keptContainers(system)], []);
});

test('a console of the same image and definition is kept with its storage', () => {
  const { system, has } = withContainers([consoleOf(CONSOLE)]);
  for (const path of ['containers/id-console', 'image/overlay2/layerdb/mounts/id-console', 'overlay2/m-console', 'overlay2/m-console-init', 'overlay2/l/L-m-console']) assert.ok(has(path), path);
  assert.deepEqual([...keptContainers(system)], ['console']);
});

const REPLACED: readonly (readonly [string, Container])[] = [
  ['another image', { ...consoleOf(CONSOLE), image: 'sha256:old' }],
  ['another definition', consoleOf({ ...CONSOLE, Labels: { [SPEC_LABEL]: 'another' } })],
];
for (const [what, container] of REPLACED) {
  test(`a console of ${what} is made anew`, () => assert.equal(withContainers([container]).has('containers/id-console'), false));
}

test('what somebody started by hand is kept, also where its image is of another release, which is told', () => {
  const { system, has } = withContainers([{ name: 'mine' }, { name: 'lost', image: 'sha256:old' }]);
  assert.ok(has('containers/id-mine') && has('containers/id-lost'));
  assert.match(readFileSync(join(system.root, 'dev/kmsg'), 'utf8'), /container lost is of an image of another release/);
});

test('layers and images of another release go, those of this one and of others stay', () => {
  const { system, has } = withContainers([]);
  for (const path of ['overlay2/oldlayer', 'overlay2/l/OLD', 'image/overlay2/layerdb/sha256/oldchain', 'image/overlay2/imagedb/content/sha256/old']) assert.equal(has(path), false, path);
  for (const path of ['overlay2/newlayer', 'image/overlay2/layerdb/sha256/newchain', 'image/overlay2/imagedb/content/sha256/mine']) assert.ok(has(path), path);
  const { Repositories } = JSON.parse(system.readText(`${ROOT}/image/overlay2/repositories.json`) ?? '') as { readonly Repositories: object };
  assert.deepEqual(Repositories, { 'rancher/os-console': { 'rancher/os-console:v2': 'sha256:new' }, mine: { 'mine:latest': 'sha256:mine' } });
});

test('a container that was half written when the power failed is not kept', () => {
  const { system } = withContainers([]);
  system.writeText(`${ROOT}/containers/half/config.v2.json`, '{"Name":');
  prepareDataRoot(system, () => CONSOLE);
  assert.equal(existsSync(join(system.root, ROOT, 'containers/half')), false);
});
