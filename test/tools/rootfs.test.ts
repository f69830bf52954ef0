import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, test } from 'node:test';
import { createGunzip } from 'node:zlib';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { publishedFile } from '../rig/project.ts';
import { toolRoot } from '../rig/tools.ts';

const folder = await temporaryDirectory('rootfs');
after(() => removeTemporaryDirectory(folder));

const tools = await toolRoot('tools');
const run = (program: string, ...words: readonly string[]): string => {
  const [command, ...argv] = toolProgram(tools, program);
  const { status, stdout, stderr } = spawnSync(command, [...argv, ...words], { encoding: 'utf8', env: { PATH: join(tools, 'usr/bin') } });
  assert.equal(status, 0, stderr);
  return stdout;
};

/** What `npm test` builds; `npm run test:release` builds all. */
const ROOTFS = ['rootfs.tar.gz', 'proxmoxve/rootfs.tar.gz', 'vmware/rootfs.tar.gz', 'hyperv/rootfs.tar.gz', '4glte/rootfs.tar.gz'];
for (const name of ROOTFS) {
  const file = publishedFile(name);
  const isWanted = existsSync(file) || name === 'rootfs.tar.gz' || process.env['RANCHEROS_TEST_RELEASE'] !== undefined;
  test(`a container of ${name} runs ros, and has a Docker`, { skip: isWanted ? false : 'runs in npm run test:release' }, async () => {
    const root = join(folder, name.replace('/', '-'));
    mkdirSync(root);
    const [command, ...argv] = toolProgram(tools, '/usr/bin/tar');
    const unpacking = spawn(command, [...argv, '-x', '-C', root, '--no-same-owner'], { stdio: ['pipe', 'inherit', 'inherit'] });
    const ended = once(unpacking, 'exit');
    await pipeline(createReadStream(file), createGunzip(), unpacking.stdin);
    assert.deepEqual(await ended, [0, null]);
    const isolated = ['--unshare-all', '--ro-bind', root, '/', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/run', '--clearenv', '--setenv', 'PATH', '/usr/sbin:/usr/bin'];
    assert.match(run('/usr/bin/bwrap', ...isolated, '--', 'ros', '-v'), /v\d+\.\d+\.\d+/);
    assert.match(run('/usr/bin/bwrap', ...isolated, '--', 'dockerd', '--version'), /^Docker version \d+\./m);
  });
}
