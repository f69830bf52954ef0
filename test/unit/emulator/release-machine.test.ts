import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesOf, liveMedium, releaseFolder, releasesOf, targetFolder } from '../../../pipeline/emulator/release-machine.ts';

async function withProject(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'release-machine-'));
  try {
    await writeFile(join(folder, 'package.json'), '{"version":"1.2.3"}');
    await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('without a version the development build is taken, else the latest', async () => {
  await withProject(async (folder) => {
    const releases = join(folder, 'dist/os');
    assert.equal(releaseFolder(undefined, releasesOf(folder)), join(releases, 'v1.2.3-dev'));
    await mkdir(join(releases, 'v1.2.2'), { recursive: true });
    await symlink('v1.2.2', join(releases, 'latest'));
    assert.equal(releaseFolder(undefined, releasesOf(folder)), join(releases, 'latest'));
    await mkdir(join(releases, 'v1.2.3-dev'));
    assert.equal(releaseFolder(undefined, releasesOf(folder)), join(releases, 'v1.2.3-dev'));
    assert.equal(releaseFolder('v9.0.0', releasesOf(folder)), join(releases, 'v9.0.0'));
  });
});

test('amd64 lies at the top of a release, other targets in their folders', () => {
  assert.equal(targetFolder('/dist/os/v1', 'amd64'), '/dist/os/v1');
  assert.equal(targetFolder('/dist/os/v1', 'vmware'), '/dist/os/v1/vmware');
});

test('each medium names its files', () => {
  assert.deepEqual(filesOf(liveMedium('usb', '/r')), ['/r/rancheros.iso']);
  assert.deepEqual(filesOf(liveMedium('kernel', '/r', { append: 'a=b' })), ['/r/vmlinuz', '/r/initrd']);
});
