import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { StepId } from '../../pipeline/core/step.ts';
import type { SingleExecutorName } from '../../pipeline/exec/choice.ts';
import type { Manifest } from '../../pipeline/publish/manifest.ts';
import amd64 from '../../targets/amd64.ts';
import arm64 from '../../targets/arm64.ts';
import proxmoxve from '../../targets/proxmoxve.ts';
import { containerDockerd } from '../rig/container-dockerd.ts';
import { MAY_RUN_DOCKERD } from '../rig/private-dockerd.ts';
import { wired } from '../rig/tools.ts';
import { builtStore, cli, eventsOf, projectCopy, stepsRun, temporaryFolder } from './cli.ts';
import { forgetTools, LONG } from './tool-steps.ts';

/** Together they have steps of every kind. */
const TARGETS = [amd64, arm64, proxmoxve];
const names = TARGETS.map(({ name }) => name);

/** What surrounds the tools, and must not get into a byte. */
async function surroundings(folder: string): Promise<{ readonly env: NodeJS.ProcessEnv; readonly through: readonly string[] }> {
  const home = path.join(folder, 'hôme = of, somebody');
  await mkdir(home);
  await writeFile(path.join(home, '.xorrisorc'), '-volid FROM_HOME\n');
  await writeFile(path.join(home, '.mtoolsrc'), 'mtools_lower_case=1\n');
  const env = { HOME: home, TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TAR_OPTIONS: '--owner=7', GZIP: '-1', MKE2FS_CONFIG: '/nowhere', SOURCE_DATE_EPOCH: '1' };
  return { env, through: ['sh', '-c', 'umask 077 && exec "$@"', 'sh'] };
}

/** The programs that the steps of tools start, by the titles of the steps. */
async function programsBehind(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const wiring = await wired();
  try {
    for (const target of TARGETS) target.make(wiring.context);
    const found = new Map<string, Set<string>>();
    for (let id = 0; id < wiring.context.graph.size; id++) {
      const { title, action } = wiring.context.graph.step(id as StepId);
      if (action.type !== 'tool') continue;
      const programs = found.get(title) ?? new Set();
      for (const { argv } of action.commands) programs.add(argv[0]);
      found.set(title, programs);
    }
    return found;
  } finally {
    await wiring.close();
  }
}

async function releaseIn(dist: string): Promise<Manifest['files']> {
  return (JSON.parse(await readFile(path.join(dist, 'latest/release.json'), 'utf8')) as Manifest).files;
}

test('without isolation every step gives the bytes that it gives in a sandbox, whatever surrounds it', async (t) => {
  const folder = await temporaryFolder(t);
  const built = await builtStore(folder, { targets: names });
  const wanted = await releaseIn(built.dist);
  const isLeft = (title: string): boolean => process.env['RANCHEROS_TEST_RELEASE'] === undefined && LONG.test(title);
  const forgotten = await forgetTools(built, isLeft);
  const { env, through } = await surroundings(folder);
  const dist = path.join(folder, 'unisolated');
  const { end, stdout, stderr } = await cli(['build', ...names, '--json', '--executor', 'none', '--cache', built.cache, '--dist', dist], { env, through });
  assert.equal(end, 0, stderr);
  const ran = stepsRun(eventsOf(stdout));
  assert.deepEqual([...new Set(ran)].sort(), [...forgotten].sort(), 'every step of a tool ran again, and no other');
  const programs = await programsBehind();
  const compared = new Set(ran.flatMap((title) => [...(programs.get(title) ?? [])]));
  assert.deepEqual([...compared].sort(), [...new Set([...programs.values()].flatMap((each) => [...each]))].sort(), 'each program that a step starts was compared');
  assert.deepEqual(await releaseIn(dist), wanted);
  assert.equal((await cli(['verify', '--dist', dist])).end, 0);
});

/** Smaller than all others of the clouds; `npm run test:release` adds one of another processor and one with an ISO. */
const CLOUD = 'openstack';
const EXECUTORS: { readonly [name in SingleExecutorName]: null } = { none: null, docker: null, bwrap: null };

test('all release files of a cloud have the same digests under every executor', { skip: MAY_RUN_DOCKERD ? false : 'only root may run a Docker daemon' }, async (t) => {
  const folder = await temporaryFolder(t);
  const isRelease = process.env['RANCHEROS_TEST_RELEASE'] !== undefined;
  const targets = isRelease ? [CLOUD, 'arm64', 'proxmoxve'] : [CLOUD];
  const built = await builtStore(folder, { targets });
  const wanted = await releaseIn(built.dist);
  const { env, through } = await surroundings(folder);
  const dockerd = await containerDockerd(path.join(folder, 'docker'));
  t.after(() => dockerd.stop());
  const build = async (name: string): Promise<readonly string[]> => {
    const dist = path.join(folder, `dist-${name}`);
    const words = ['build', ...targets, '--json', '--executor', name, '--cache', built.cache, '--dist', dist];
    const { end, stdout, stderr } = await cli(words, { env: { ...env, DOCKER_HOST: `unix://${dockerd.socket}` }, through });
    assert.equal(end, 0, stderr);
    assert.deepEqual(await releaseIn(dist), wanted, `the files that ${name} made`);
    return stepsRun(eventsOf(stdout));
  };
  const ofTools = await forgetTools(built, (title) => !isRelease && LONG.test(title));
  assert.notDeepEqual(ofTools, [], 'there are steps of tools');
  for (const name of Object.keys(EXECUTORS)) {
    for (const title of ofTools) await built.forget(title);
    assert.deepEqual([...new Set(await build(name))].sort(), [...ofTools].sort(), `every step of a tool ran with ${name}, and no other`);
    if (name === 'docker') assert.deepEqual(await build('bwrap'), [], 'bubblewrap takes what Docker made: both isolate');
  }
});

test('an isolated build takes nothing that was made without isolation, and a release is refused before anything runs', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await projectCopy(folder);
  const built = await builtStore(folder, { project });
  const words = (...more: readonly string[]) => ['build', 'amd64', '--json', '--cache', built.cache, '--dist', path.join(folder, 'again'), ...more];
  const title = 'rancheros.iso';
  await built.forget(title);
  const ranIn = async (...more: readonly string[]) => {
    const { end, stdout, stderr } = await cli(words(...more), { project });
    assert.equal(end, 0, stderr);
    return stepsRun(eventsOf(stdout));
  };
  assert.deepEqual(await ranIn('--executor', 'none'), [title]);
  assert.deepEqual(await ranIn('--executor', 'none'), [], 'without isolation it is found again');
  assert.deepEqual(await ranIn('--executor', 'bwrap'), [title], 'a sandbox does not take it');
  for (const more of [[], ['--dry-run']]) {
    const { end, stdout, stderr } = await cli(words('--executor', 'none', '--version', 'v9.9.9', ...more), { project });
    assert.deepEqual([end, eventsOf(stdout).map(({ type }) => type)], [3, ['failure', 'result']]);
    assert.match(stderr, /without isolation, which is not fit for a release[\s\S]*-dev version/);
  }
});
