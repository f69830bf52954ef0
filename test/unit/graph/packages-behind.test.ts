import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packagesBehind } from '../../../pipeline/graph/packages-behind.ts';
import { requireFreshLock } from '../../../pipeline/pins/fresh-lock.ts';
import { packagesOf } from '../../../pipeline/pins/lock.ts';
import { planAll } from '../../golden/plan.ts';
import { projectFolder } from '../../rig/project.ts';

const plan = await planAll();
const iso = plan.targets.find(({ target }) => target.name === 'amd64')?.artifacts['rancheros.iso'];
const contents = plan.media.get(`${iso?.step}/${iso?.output}`)?.contents ?? {};

/** Names of the packages in a file of the ISO. */
function packagesIn(path: string): readonly string[] {
  const ref = contents[path];
  assert.ok(ref, `the ISO holds ${path}`);
  return packagesBehind(plan.graph, [ref])
    .map(({ pin }) => pin.name)
    .sort();
}

test('a layer holds the packages of its set, and each is known by the step that unpacks it', async () => {
  const lock = await requireFreshLock(projectFolder);
  for (const set of ['base', 'engine', 'plugins'])
    assert.deepEqual(
      packagesIn(`rancheros/${set}.squashfs`),
      packagesOf(lock, set, 'amd64')
        .map(({ name }) => name)
        .sort(),
    );
  for (const { step } of packagesBehind(plan.graph, Object.values(contents))) assert.equal(plan.graph.step(step).kind, 'unpack-deb');
});

test('kernel, modules and initrd are of the kernel package, and busybox is in the initrd', () => {
  const [kernel = '', ...more] = packagesIn('boot/vmlinuz');
  assert.match(kernel, /^linux-image-/);
  assert.deepEqual(more, []);
  assert.deepEqual(packagesIn('rancheros/modules.squashfs'), [kernel]);
  assert.deepEqual(packagesIn('boot/initrd'), ['busybox-static', kernel]);
});

test('what only describes layers holds none of their packages, nor do files of this project', () => {
  for (const path of ['rancheros/seed.tar', 'rancheros/layers', 'rancheros/config.squashfs', 'boot/grub/grub.cfg', 'boot/grub/arguments.cfg']) assert.deepEqual(packagesIn(path), [], path);
});

test('what installs a disk holds the boot loader, and nothing of the layers that its medium carries anyway', () => {
  const names = packagesIn('rancheros/install.squashfs');
  assert.ok(names.includes('shim-signed'), names.join(' '));
  for (const name of names) assert.match(name, /^(grub-|shim-)/);
});
