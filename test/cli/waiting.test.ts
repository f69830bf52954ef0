import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from '../rig/project.ts';
import { cli, startCli, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

/** Left in a store by a cleaner of a container that is gone. */
const MARK = 'v1/cleaners/clean-4026599999.77-1795886804940x0badcafe';
const WAITS = /Waiting for process 77 of another container or machine, at work since 2026-11-28T[\d:]+Z \(.*\/cleaners\/clean-4026599999\.77-\S+\), which removes from the store/;

const COMMANDS: readonly (readonly string[])[] = [
  ['build', 'amd64', '--json'],
  ['build', 'amd64', '--plain'],
  ['build', 'amd64', '--dry-run'],
  ['why', 'base', '--target', 'amd64'],
  ['plan', 'amd64'],
  ['pins', 'check', '--frozen'],
  ['gc'],
];

for (const words of COMMANDS) {
  test(`${words.join(' ')} says for whom it waits, and ends on a signal`, async (t) => {
    const cache = path.join(await temporaryFolder(t), 'cache');
    await mkdir(path.join(cache, path.dirname(MARK)), { recursive: true });
    await writeFile(path.join(cache, MARK), '');
    // Standard error goes where `until` looks.
    const running = startCli([...words, '--cache', cache], { through: ['sh', '-c', 'exec "$@" 2>&1', 'sh'] });
    await running.until(WAITS);
    running.child.kill('SIGTERM');
    assert.equal((await running.result).end, 130);
  });
}

test('a wait that is over lets the command go on', async (t) => {
  const cache = path.join(await temporaryFolder(t), 'cache');
  await mkdir(path.join(cache, path.dirname(MARK)), { recursive: true });
  await writeFile(path.join(cache, MARK), '');
  const running = startCli(['build', 'amd64', '--dry-run', '--cache', cache], { through: ['sh', '-c', 'exec "$@" 2>&1', 'sh'] });
  await running.until(WAITS);
  await rm(path.join(cache, MARK));
  const { end, stdout } = await running.result;
  assert.equal(end, 0);
  assert.match(stdout, /\/rancheros\.iso$/m);
});

test('a build that waits to publish says for whom, and ends on a signal', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const dist = path.join(folder, 'dist');
  await mkdir(path.join(dist, '.publishing'), { recursive: true });
  await writeFile(path.join(dist, '.publishing/publish-4026599999.77-1795886804940x0badcafe'), '');
  const running = startCli(['build', 'tiny', '--json', '--dist', dist, '--cache', path.join(folder, 'cache')], { project });
  await running.until(/Waiting for process 77 of another container or machine, .*, which publishes there/);
  running.child.kill('SIGTERM');
  assert.equal((await running.result).end, 130);
  assert.match((await cli(['verify', '--dist', dist])).stderr, /Nothing was built here yet/);
});

/** A container as far as leases can tell: processes of another pid namespace. */
const CONTAINER = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
const [UNSHARE = '', ...NAMESPACES] = CONTAINER;
const canUnshare = spawnSync(UNSHARE, [...NAMESPACES, 'true']).status === 0;
const isRelease = process.env['RANCHEROS_TEST_RELEASE'] !== undefined;

/** Holds the store's exclusive lease as a cleaner does, until it is killed. */
const HOLDER = `import { SharedUse } from '${projectFolder}/pipeline/host/shared-use.ts'; await new SharedUse(process.argv[1]).withExclusive(() => new Promise((resolve) => setTimeout(resolve, 1e8)));`;

// It takes the better part of a minute.
test('of two containers one goes on where the other was killed with its lease', { skip: !isRelease ? 'npm run test:release' : !canUnshare && 'no namespaces can be made here' }, async (t) => {
  const cache = path.join(await temporaryFolder(t), 'cache');
  const store = path.join(cache, 'v1');
  const holder = spawn(UNSHARE, [...NAMESPACES, process.execPath, '--import', 'tsx', '--input-type=module', '-e', HOLDER, store], { cwd: projectFolder, stdio: 'ignore' });
  t.after(() => holder.kill('SIGKILL'));
  while ((await readdir(path.join(store, 'cleaners')).catch(() => [])).length === 0) await sleep(50);
  const running = startCli(['build', 'amd64', '--dry-run', '--cache', cache], { through: [...CONTAINER, 'sh', '-c', 'exec "$@" 2>&1', 'sh'] });
  await running.until(/Waiting for process 1 of another container or machine \(.*\), at work since .*, which removes from the store/);
  // The kernel kills what is in the namespace: nobody is left to release the lease.
  holder.kill('SIGKILL');
  const { end, stdout } = await running.result;
  assert.equal(end, 0, stdout);
  assert.match(stdout, /No heartbeat for 50 s from process 1 of another container .*: its lease has expired\.\n[\s\S]*\/rancheros\.iso$/m);
});
