import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { bindFolders, FOLDERS } from '../../../../overlays/ros/state/folders.ts';
import { type Machine, machine } from '../machine.ts';

const STATE = '/run/rancher/state';

interface Bound {
  readonly system: Machine;
  /** A path on the state disk, where the folder of the system with that path is kept. */
  readonly kept: (path: string) => string;
  readonly trouble: string | undefined;
}

/** A machine whose state disk holds `disk`, and whose release `release`; both are texts by path. */
function bound({
  disk = {},
  release = {},
  directory,
  prepare,
}: {
  readonly disk?: { readonly [path: string]: string };
  readonly release?: { readonly [path: string]: string };
  readonly directory?: string;
  readonly prepare?: (root: string) => void;
}): Bound {
  const system = machine({ ...release, [`${STATE}/lost+found/x`]: '' }, { answer: ({ argv }) => (argv[0] === 'mount' ? { status: 0, stdout: '' } : undefined) });
  // In this test, all of the system lies below a folder, and so it does on its disk.
  const kept = (path: string) => join(system.root, STATE, directory ?? '', system.root, path);
  for (const [path, text] of Object.entries(disk)) {
    mkdirSync(dirname(kept(path)), { recursive: true });
    writeFileSync(kept(path), text);
  }
  prepare?.(system.root);
  try {
    bindFolders(system, directory);
    return { system, kept, trouble: undefined };
  } catch (error) {
    return { system, kept, trouble: (error as Error).message };
  }
}

test('folders that are new on the disk start as they are in the release, and leave nothing half-made', () => {
  const { system, kept, trouble } = bound({ release: { '/home/rancher/.profile': 'hello', '/var/log/x': '' } });
  assert.equal(trouble, undefined);
  assert.equal(readFileSync(kept('/home/rancher/.profile'), 'utf8'), 'hello');
  for (const folder of FOLDERS) assert.ok(existsSync(kept(folder)), folder);
  assert.equal(existsSync(join(system.root, STATE, '.rancheros-new')), false);
});

test('what is on the disk stays, and gets what only the release has', () => {
  const { kept } = bound({ disk: { '/home/rancher/mine': 'mine' }, release: { '/home/rancher/mine': 'release', '/home/docker/.profile': 'new' } });
  assert.equal(readFileSync(kept('/home/rancher/mine'), 'utf8'), 'mine');
  assert.equal(readFileSync(kept('/home/docker/.profile'), 'utf8'), 'new');
});

for (const [sentence, spoil] of [
  ['a file', (path: string) => writeFileSync(path, 'a file')],
  ['a link that leads nowhere', (path: string) => symlinkSync('gone/nowhere', path)],
] as const) {
  test(`${sentence} in the place of a folder is told, and keeps no other folder from being kept`, () => {
    const { kept, trouble } = bound({
      prepare: (root) => {
        const place = join(root, STATE, root, 'opt');
        mkdirSync(dirname(place), { recursive: true });
        spoil(place);
      },
    });
    assert.match(trouble ?? '', /not all is kept on the state disk: .*opt/);
    for (const folder of FOLDERS.filter((each) => each !== '/opt')) assert.ok(existsSync(kept(folder)), folder);
  });
}

test('only what this system began is taken away, and a user’s file of that name is not', () => {
  const { system } = bound({ prepare: (root) => writeFileSync(join(root, STATE, '.rancheros-new'), 'mine') });
  assert.equal(readFileSync(join(system.root, STATE, '.rancheros-new'), 'utf8'), 'mine');
});

test('a folder of the disk with blanks in its name is written as fstab wants it', () => {
  const { system, trouble } = bound({ directory: 'my state\\here' });
  assert.equal(trouble, undefined);
  assert.match(readFileSync(join(system.root, 'run/ros/state.fstab'), 'utf8'), /^\/run\/rancher\/state\/my\\040state\\134here\/home \/home none bind$/m);
});
