import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { demandServices, overlayDirectory } from '../../../pipeline/config/service-definitions.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../../pipeline/host/temporary-directory.ts';
import { loadProduct, type Product, withModules } from '../../../pipeline/product/product.ts';
import { withServices } from '../../../pipeline/product/services.ts';
import { projectFolder } from '../../rig/project.ts';

const system = overlayDirectory(projectFolder, 'system');

/** A project of these files, by their paths; texts. */
async function projectOf(t: TestContext, files: { readonly [path: string]: string }): Promise<string> {
  const folder = await temporaryDirectory('product');
  t.after(() => removeTemporaryDirectory(folder));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return folder;
}

const load = (folder: string): Promise<Product> => loadProduct(folder, 'acme', { isStrict: false, system });

/** What is said of a project, each as `place message`. */
async function toldOf(folder: string): Promise<readonly string[]> {
  try {
    const product = await load(folder);
    await demandServices(projectFolder, ['os-base', 'os-console', 'os-docker'], product.services);
    return [];
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    assert.ok(
      error.failures.every(({ hint }) => hint !== undefined),
      'each failure says what to do',
    );
    return error.failures.map(({ place, message }) => `${place ? [place.file, place.line, place.column].filter(Boolean).join(':') : ''} ${message}`);
  }
}

const SERVICE = 'beacon:\n  image: rancher/os-console:${VERSION}\n  command: /usr/lib/ros/services/beacon\n  labels:\n    io.rancher.os.scope: system\n';

/** rancheros.yaml, other files, and the beginnings of what is told. */
const MISTAKES: readonly (readonly [name: string, yaml: string, files: { readonly [path: string]: string }, told: readonly string[]])[] = [
  ['an unknown key', 'nam: Acme\n', {}, ['acme/rancheros.yaml:1:1 "nam" is not known at the top of the file.']],
  ['a key twice', 'name: A\nname: B\n', {}, ['acme/rancheros.yaml:2:1 The same key stands here twice.']],
  ['no mapping', '', {}, ['acme/rancheros.yaml:1:1 The file must be a mapping, such as "name: Acme OS", not nothing.']],
  ['a version that is a number', 'version: 2.1\n', {}, ['acme/rancheros.yaml:1:1 "version" must be a version such as "2.1.0", not 2.1.']],
  ['a name that would end a line of os-release', 'name: "a\\"b"\n', {}, ['acme/rancheros.yaml:1:1 "a\\"b" is not a name of']],
  ['an overlay that is not there', 'overlays: [overlay]\n', {}, ['acme/rancheros.yaml:1:12 There is no directory "overlay".']],
  ['an overlay that is a file', 'overlays: [overlay]\n', { overlay: '' }, ['acme/rancheros.yaml:1:12 "overlay" is not a directory.']],
  ['an overlay elsewhere', 'overlays: [../overlay, /etc, a/../b, .]\n', {}, ['1:12', '1:24', '1:30', '1:38'].map((at) => `acme/rancheros.yaml:${at} `)],
  ['rules of an overlay that are wrong', 'overlays: [o]\n', { 'o/a': '', 'o.yaml': 'modes: {a: 99}\n' }, ['acme/o.yaml:1:9 ']],
  [
    'kernel arguments that the pipeline sets',
    'kernelArguments: [panic=1, quiet, "console=ttyS0,115200", rancher.slot=b]\n',
    {},
    ['19', '28', '35', '59'].map((at) => `acme/rancheros.yaml:1:${at} The pipeline sets the kernel argument`),
  ],
  ['kernel arguments that boot loaders read', 'kernelArguments: ["a b", "a=\'b\'", "a=${b}", "ä"]\n', {}, ['19', '26', '35', '45'].map((at) => `acme/rancheros.yaml:1:${at} "`)],
  ['too many kernel arguments', `kernelArguments: [${'a'.repeat(1025)}]\n`, {}, ['acme/rancheros.yaml:1:1 The kernel arguments have 1025 characters']],
  ['a file of services that is not there', 'services: [s.yml]\n', {}, ['acme/rancheros.yaml:1:12 There is no file "s.yml".']],
  ['a service that a machine would not understand', 'services: [s.yml]\n', { 's.yml': 'a:\n  imag: x\n  labels: {io.rancher.os.scope: user}\n' }, ['acme/s.yml:2:3 ']],
  [
    'a service that exists',
    'services: [s.yml]\n',
    { 's.yml': 'network:\n  image: x\n  labels: {io.rancher.os.scope: user}\n' },
    ['acme/s.yml:1:1 The service "network" exists already, in overlays/system/'],
  ],
  ['a service without its script', 'services: [s.yml]\noverlays: [o]\n', { 's.yml': SERVICE, 'o/a': '' }, ['acme/s.yml:3:3 There is no script /usr/lib/ros/services/beacon.']],
  [
    'a service whose script cannot be run',
    'services: [s.yml]\noverlays: [o]\n',
    { 's.yml': SERVICE, 'o/usr/lib/ros/services/beacon': '' },
    ['acme/o/usr/lib/ros/services/beacon This script of a service is not executable.'],
  ],
  [
    'a service after one that is not there',
    'services: [s.yml]\n',
    { 's.yml': 'a:\n  image: x\n  labels: {io.rancher.os.scope: user, io.rancher.os.after: networks}\n' },
    ['acme/s.yml:3:39 There is no service "networks".'],
  ],
  [
    'a service of an image that the release lacks',
    'services: [s.yml]\n',
    { 's.yml': 'a:\n  image: rancher/os-acme:${VERSION}\n  labels: {io.rancher.os.scope: user}\n' },
    ['acme/s.yml:2:3 The release has no image'],
  ],
  ['a cloud-config with a mistake', 'cloudConfig: c.yml\n', { 'c.yml': '#cloud-config\nhostname: [a]\n' }, ['acme/c.yml:2:1 ']],
  ['a cloud-config that is not there', 'cloudConfig: c.yml\n', {}, ['acme/c.yml The cloud-config to bake in cannot be read.']],
  ['modules that are no names', 'modules: {start: ["a b"], extra: [c]}\n', {}, ['acme/rancheros.yaml:1:19 ', 'acme/rancheros.yaml:1:27 "extra" is not known']],
];

for (const [name, yaml, files, told] of MISTAKES) {
  test(`${name} is told with its place and what to do`, async (t) => {
    const seen = await toldOf(await projectOf(t, { 'rancheros.yaml': yaml, ...files }));
    assert.equal(seen.length, told.length, seen.join('\n'));
    for (const [index, beginning] of told.entries()) assert.ok(seen[index]?.startsWith(beginning), `${seen[index]}\nis not\n${beginning}`);
  });
}

test('a rancheros.yaml that is no file, or too large, is refused before it is read', async (t) => {
  const folder = await projectOf(t, {});
  assert.deepEqual(await toldOf(folder), [' There is no rancheros.yaml in "acme".']);
  await mkdir(path.join(folder, 'rancheros.yaml'));
  assert.deepEqual(await toldOf(folder), ['acme/rancheros.yaml This is a directory and not a file.']);
  const large = await projectOf(t, { 'rancheros.yaml': `# ${'x'.repeat(300_000)}\n` });
  assert.match((await toldOf(large))[0] ?? '', /acme\/rancheros\.yaml The file has 300003 bytes/);
  const pipe = await projectOf(t, {});
  execFileSync('mkfifo', [path.join(pipe, 'rancheros.yaml')]);
  assert.deepEqual(await toldOf(pipe), ['acme/rancheros.yaml This is not a file.']);
});

test('an overlay holds files, directories and links inside; all else is named', async (t) => {
  const folder = await projectOf(t, { 'rancheros.yaml': 'overlays: [o]\n', 'o/etc/a': '', 'o/usr/bin/x': '' });
  const at = (name: string) => path.join(folder, 'o/etc', name);
  await symlink('/usr/share/zoneinfo/Etc/UTC', at('localtime'));
  await symlink('../usr/bin/x', at('inside'));
  assert.deepEqual(await toldOf(folder), []);
  await symlink('../../outside', at('out'));
  await symlink('/../outside', at('out-of-root'));
  execFileSync('mkfifo', [at('pipe')]);
  await chmod(path.join(folder, 'o/usr/bin/x'), 0o4755);
  assert.deepEqual(
    (await toldOf(folder)).map((line) => line.split(':')[0]),
    [
      'acme/o/etc/out This link leads out of its overlay, to "../../outside".',
      'acme/o/etc/out-of-root This link leads out of its overlay, to "/../outside".',
      'acme/o/etc/pipe This is a named pipe; an overlay has files, directories and links.',
      'acme/o/usr/bin/x This file has the mode 4755',
    ],
  );
});

test('services of a project stand behind those of the release, whose text stays', async (t) => {
  const folder = await projectOf(t, { 'rancheros.yaml': 'services: [s.yml]\noverlays: [o]\n', 's.yml': SERVICE, 'o/usr/lib/ros/services/beacon': '' });
  await chmod(path.join(folder, 'o/usr/lib/ros/services/beacon'), 0o755);
  assert.deepEqual(await toldOf(folder), []);
  const before = '# A comment.\nrancher:\n  a: [b, c]\n  services:\n    x:\n      image: y\n';
  const after = withServices(before, (await load(folder)).services);
  assert.ok(after.startsWith(before), after);
  assert.deepEqual(Object.keys((parse(after) as { rancher: { services: object } }).rancher.services), ['x', 'beacon']);
});

test('modules of a project stand behind those of the kernel, some for one processor only', async (t) => {
  const folder = await projectOf(t, { 'rancheros.yaml': 'modules: {start: [dummy], system: ["vrf [arm64]", "net/*"]}\n' });
  const lists = { initrd: ['a'], start: ['b'], system: ['c'], firmware: ['f'], withoutFirmware: {} };
  const product = await load(folder);
  assert.deepEqual(withModules(lists, product, 'amd64'), { ...lists, start: ['b', 'dummy'], system: ['c', 'net/*'] });
  assert.deepEqual(withModules(lists, product, 'arm64').system, ['c', 'vrf', 'net/*']);
  assert.deepEqual(withModules(lists, undefined, 'amd64'), lists);
});
