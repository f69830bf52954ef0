import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { builtStore, cli, eventsOf, exists, projectCopy, stepsRun, temporaryFolder } from './cli.ts';

test('a cloud-config that does not validate is told with its places before anything is made', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'site.yml');
  await writeFile(file, '#cloud-config\nhostnam: a\nrancher:\n  docker:\n    debug: maybe\n');
  const cache = path.join(folder, 'cache');
  const dist = path.join(folder, 'os');
  for (const words of [[], ['--dry-run']]) {
    const { end, stdout, stderr } = await cli(['build', '--all', '--cloud-config', file, '--cache', cache, '--dist', dist, ...words]);
    assert.deepEqual([end, stdout], [2, '']);
    assert.match(stderr, /site\.yml:2:1: “hostnam” is not known\.\n {2}→ Did you mean “hostname”\?/);
    assert.match(stderr, /site\.yml:5:5: “rancher\.docker\.debug” must be true or false, not “maybe”\./);
    assert.deepEqual([await exists(cache), await exists(dist)], [false, false]);
  }
});

test('what a machine would only warn of is warned of, and refused by --strict-config, which needs a file', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'site.yml');
  await writeFile(file, '#cloud-config\nhostname: a\nrancher: {network: {dns: {override: true}}}\n');
  const build = (words: readonly string[]) => cli(['build', 'amd64', '--dry-run', ...words]);
  const warned = await build(['--cloud-config', file]);
  assert.equal(warned.end, 0, warned.stderr);
  assert.match(warned.stderr, /warning: .*site\.yml:3:27: “rancher\.network\.dns\.override” is not known and has no effect\. Name servers that are configured/);
  const refused = await build(['--cloud-config', file, '--strict-config']);
  assert.equal(refused.end, 2);
  assert.match(refused.stderr, /site\.yml:3:27: “rancher\.network\.dns\.override” is not known\.\n {2}→ Name servers/);
  const without = await build(['--strict-config']);
  assert.deepEqual([without.end, /none was given[\s\S]*--cloud-config FILE/.test(without.stderr)], [2, true]);
});

test("so is a mistake in a target's own configuration", async (t) => {
  const project = await projectCopy(await temporaryFolder(t));
  await writeFile(path.join(project, 'overlays/vmware/usr/share/ros/target.yml'), 'rancher:\n  services_includ: {a: true}\n');
  const { end, stderr } = await cli(['build', 'vmware', '--dry-run'], { project });
  assert.equal(end, 2);
  assert.match(stderr, /overlays\/vmware\/usr\/share\/ros\/target\.yml:2:3: “rancher\.services_includ” is not known\./);
});

/** Two of the files that a configuration gets into: whole media take minutes, and hold the same layer. */
const SLIM = `import { defineTarget, liveSystem, rootfsArchive, withoutKernel } from '../pipeline/index.ts';
export default defineTarget({ name: 'slim', arch: 'amd64', summary: 'a fixture', parts: (context) => ({ system: liveSystem(context, 'amd64') }), files: {
  'slim/initrd': { about: 'the live system', make: ({ system }) => system.initrd },
  'slim/rootfs.tar.gz': { about: 'its files', make: ({ context, name, system }) => rootfsArchive(context, name, withoutKernel(system)) },
} });
`;

test('a cloud-config that is baked in', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await projectCopy(folder);
  await writeFile(path.join(project, 'targets/slim.ts'), SLIM);
  const built = await builtStore(folder, { project, targets: ['slim'] });
  const plain = JSON.parse(await readFile(path.join(built.dist, 'latest/release.json'), 'utf8')) as { readonly sources: string; readonly cloudConfig?: string };
  const text = '#cloud-config\nhostname: baked\nrancher: {password: secret-word}\n';
  const file = path.join(folder, 'site.yml');
  await writeFile(file, text);
  const dist = path.join(folder, 'baked');
  const build = (words: readonly string[] = []) => cli(['build', 'slim', '--json', '--cache', built.cache, '--dist', dist, '--cloud-config', file, ...words], { project });

  await t.test('lies in the files as it was written, and release.json says so', async () => {
    const { end, stdout, stderr } = await build();
    assert.equal(end, 0, stderr);
    const notes = eventsOf(stdout).flatMap((event) => (event.type === 'note' && event.level === 'warning' ? [event.message] : []));
    assert.ok(
      notes.some((note) => /site\.yml:3:11: “rancher\.password” looks like a secret/.test(note)),
      notes.join('\n'),
    );
    assert.doesNotMatch(stdout + stderr, /secret-word/);
    const found = execFileSync('tar', ['-xzOf', path.join(dist, 'latest/slim/rootfs.tar.gz'), 'usr/share/ros/cloud-config.yml'], { encoding: 'utf8' });
    assert.equal(found, text);
    const release = JSON.parse(await readFile(path.join(dist, 'latest/release.json'), 'utf8')) as typeof plain;
    assert.match(release.cloudConfig ?? '', /^sha256:/);
    assert.equal(plain.cloudConfig, undefined);
    assert.notEqual(release.sources, plain.sources);
    assert.equal((await cli(['verify', '--dist', dist], { project })).end, 0);
  });

  await t.test('is part of what the steps are known by: the same bytes run nothing, others make the smallest layer anew', async () => {
    assert.deepEqual(stepsRun(eventsOf((await build()).stdout)), []);
    await writeFile(file, text.replace('baked', 'other'));
    const { end, stdout } = await build(['--dist', path.join(folder, 'other')]);
    assert.equal(end, 0);
    const steps = stepsRun(eventsOf(stdout));
    assert.ok(steps.includes('layer config'), steps.join(', '));
    assert.ok(!steps.some((step) => /layer (base|engine|plugins|modules)/.test(step)), steps.join(', '));
  });

  await t.test('makes another version: a final one that was built without it is refused', async () => {
    const words = ['build', 'slim', '--cache', built.cache, '--dist', dist, '--version', 'v9.9.9', '--allow-dirty', '--accept-stale'];
    assert.equal((await cli([...words, '--cloud-config', file], { project })).end, 0);
    const { end, stderr } = await cli(words, { project });
    assert.equal(end, 2);
    assert.match(stderr, /was already built here from other sources/);
  });
});
