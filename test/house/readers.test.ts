import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediumKind } from '../../pipeline/core/medium.ts';
import { kindByName } from '../../pipeline/publish/format-1.ts';
import { planAll } from '../golden/plan.ts';

test('a recipe says of each file of each target what it is and what is in it', async () => {
  const { targets, media } = await planAll();
  const files = targets.flatMap(({ artifacts }) => Object.entries(artifacts));
  assert.ok(files.length > 20, `the plan of all targets has only ${files.length} files: see planAll in test/golden/plan.ts`);
  for (const [path, { step, output }] of files) {
    const medium = media.get(`${step}/${output}`);
    assert.ok(medium, path);
    const names = Object.keys(medium.contents);
    assert.ok(names.length > 0 || (medium.measures && medium.parts), path);
    if (/\.(iso|img|vhd|vhdx|vmdk|ova|zip|zst)$|initrd$|gce/.test(path)) {
      for (const layer of ['base', 'engine', 'plugins', 'modules', 'drivers', 'config'])
        assert.ok(
          names.some((name) => name.endsWith(`rancheros/${layer}.squashfs`)),
          `${layer} of ${path}`,
        );
    }
  }
});

/** Kinds that came after format 1: no manifest of that format has such a file, so its name says nothing. */
const AFTER_FORMAT_1: readonly MediumKind[] = [];

test('the kind of a file in a manifest of format 1 follows from its name, and is what its recipe says', async () => {
  const { targets, media } = await planAll();
  for (const { artifacts } of targets) {
    for (const [path, { step, output }] of Object.entries(artifacts)) {
      const kind = media.get(`${step}/${output}`)?.kind;
      if (kind !== undefined && AFTER_FORMAT_1.includes(kind)) continue;
      assert.equal(
        kindByName(path)?.kind,
        kind,
        `${path} is of the kind "${kind}". Add a new kind to AFTER_FORMAT_1 of test/house/readers.test.ts; give a file of an old kind a name that pipeline/publish/format-1.ts knows.`,
      );
    }
  }
});

test('a name that no release had is of no kind', () => {
  for (const name of ['notes.txt', 'rancheros.tar.xz', 'other.tar.gz', 'rancheros.zst', 'vmlinuz.old', 'x.json']) assert.equal(kindByName(name), undefined, name);
});
