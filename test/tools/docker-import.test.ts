import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { MAY_RUN_DOCKERD, type PrivateDockerd, privateDockerd } from '../rig/private-dockerd.ts';
import { publishedFile } from '../rig/project.ts';

const WHY_NOT = MAY_RUN_DOCKERD ? false : 'only root may run a Docker daemon that changes owners';
const isRelease = process.env['RANCHEROS_TEST_RELEASE'] !== undefined;

let folder: string;
let docker: PrivateDockerd | undefined;
before(async () => {
  folder = await temporaryDirectory('dockerd');
  if (!WHY_NOT) docker = await privateDockerd(folder);
});
after(async () => {
  await docker?.stop();
  await removeTemporaryDirectory(folder);
});

/** Lines of progress of which none tells an error. */
async function succeeds(method: string, path: string, body?: string): Promise<string> {
  assert.ok(docker);
  const { status, text } = await docker.ask(method, path, body);
  assert.equal(status, 200, text);
  assert.doesNotMatch(text, /"error"/);
  return text;
}

/** `npm test` builds the first of them; `npm run test:release` builds all. */
const ROOTFS = ['rootfs.tar.gz', 'arm64/rootfs_arm64.tar.gz', 'proxmoxve/rootfs.tar.gz', 'vmware/rootfs.tar.gz', 'hyperv/rootfs.tar.gz', '4glte/rootfs.tar.gz'];
for (const name of ROOTFS) {
  const file = publishedFile(name);
  const isWanted = existsSync(file) || name === 'rootfs.tar.gz' || isRelease;
  test(`docker import takes ${name}`, { skip: WHY_NOT || (isWanted ? false : 'runs in npm run test:release') }, async () => {
    const text = await succeeds('POST', `/images/create?fromSrc=-&repo=imported&tag=${encodeURIComponent(name.replaceAll('/', '-'))}`, file);
    assert.match(text, /"status":"sha256:[0-9a-f]{64}"/);
    await succeeds('DELETE', `/images/imported:${name.replaceAll('/', '-')}`);
  });
}

test('docker load takes the Debian console, under its name', { skip: WHY_NOT }, async () => {
  assert.match(await succeeds('POST', '/images/load', publishedFile('console-debian.tar.gz')), /Loaded image: rancher\/[\w-]+:[\w.-]+/);
});
