import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { WebCache } from '../rig/web-cache.ts';
import { builtStore, type CliResult, cli, eventsOf, filesBelow, stepsRun, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

test('a remote cache', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const built = await builtStore(folder, { project, targets: ['tiny', 'packed'] });
  const server = await WebCache.start(path.join(folder, 'nginx'));
  t.after(() => server.stop());
  const wanted = await releaseOf(built.dist);
  let counter = 0;
  /** Builds as a machine whose store is empty, and compares what comes out. */
  const freshBuild = async (more: readonly string[] = ['--remote-cache', server.url], env: NodeJS.ProcessEnv = {}): Promise<CliResult> => {
    const own = path.join(folder, `fresh-${counter++}`);
    const result = await cli(['build', 'tiny', '--json', '--cache', path.join(own, 'cache'), '--dist', path.join(own, 'dist'), ...more], { project, env });
    assert.equal(result.end, 0, result.stderr);
    assert.deepEqual(onlyTiny(await releaseOf(path.join(own, 'dist'))), onlyTiny(wanted));
    return result;
  };

  await t.test('a job that fills it gives what its store holds, and says so', async () => {
    const { end, stdout, stderr } = await cli(['build', 'tiny', '--json', '--cache', built.cache, '--dist', built.dist, '--remote-cache', server.url, '--remote-cache-upload'], { project });
    assert.equal(end, 0, stderr);
    assert.match(stdout, /The remote cache was given 2 results that it did not have/);
    assert.equal((await server.requests()).filter((request) => request.startsWith('PUT /ac/')).length, 2);
  });

  await t.test('a fresh clone takes results from it: no step runs, and `plan` says how many it has', async () => {
    const { stdout } = await freshBuild();
    assert.deepEqual(stepsRun(eventsOf(stdout)), []);
    const plan = await cli(['plan', 'tiny', '--cache', path.join(folder, 'plan'), '--remote-cache', server.url], { project });
    assert.match(plan.stdout, /2: 0 to run, 0 depend on bytes not known yet, 2 cached$/m);
    assert.match(plan.stdout, new RegExp(`^ {2}remote {4}${server.url} has 2 of the cached results$`, 'm'));
  });

  await t.test('a release takes nothing from it, unless it is told to', async () => {
    const release = ['--version', 'v9.9.9', '--allow-dirty', '--accept-stale', '--remote-cache', server.url];
    const before = (await server.requests()).length;
    const own = ['--cache', path.join(folder, 'release'), '--dist', path.join(folder, 'release-dist')];
    assert.equal((await cli(['build', 'tiny', ...own, ...release], { project })).end, 0);
    assert.equal((await server.requests()).length, before);
    const plan = ['plan', 'tiny', ...own, '--remote-cache', server.url, '--version', 'v9.9.9'];
    assert.match((await cli(plan, { project })).stdout, /^ {2}remote {4}http\S+ was not asked: a release takes nothing from it without --release-from-cache$/m);
    assert.match((await cli([...plan, '--release-from-cache'], { project })).stdout, /^ {2}remote {4}http\S+ has 0 of the cached results$/m);
  });

  await t.test('damaged files in it cost runs and change nothing', async () => {
    const digests = built.steps.flatMap(({ outputs }) => Object.values(outputs).map(({ digest }) => digest));
    for (const digest of new Set(digests)) {
      const file = server.fileOf('cas', digest);
      const bytes = await readFile(file).catch(() => undefined);
      if (bytes)
        await writeFile(
          file,
          bytes.map((byte, at) => (at === 3 ? byte ^ 1 : byte)),
        );
    }
    const { stdout } = await freshBuild();
    assert.ok(stepsRun(eventsOf(stdout)).includes('greeting'), stdout);
    assert.match(stdout, /gave wrong bytes for \\"greeting\\", which are not used/);
  });

  await t.test('a password in the address and a token stand in no output and no file', async () => {
    const [password, token] = ['pAssWord-canary', 'tOken-canary'];
    const address = server.url.replace('http://', `http://somebody:${password}@`);
    const results = [await freshBuild(['--remote-cache', address]), await freshBuild([], { RANCHEROS_REMOTE_CACHE: address, RANCHEROS_REMOTE_CACHE_TOKEN: token })];
    results.push(await cli(['plan', 'tiny', '--cache', path.join(folder, 'plan'), '--remote-cache', `${address}?x`], { project }));
    assert.equal(results.at(-1)?.end, 2);
    for (const { stdout, stderr } of results) assert.doesNotMatch(`${stdout}${stderr}`, /canary/i);
    // `latest` is a link to a directory.
    for (const each of [`fresh-${counter - 1}`, `fresh-${counter - 2}`])
      for (const file of await filesBelow(path.join(folder, each))) if (!file.endsWith('latest')) assert.ok(!(await readFile(path.join(folder, each, file))).includes('canary'), file);
  });
});

/** Digests of the files of a release, by path. */
async function releaseOf(dist: string): Promise<{ readonly [file: string]: string }> {
  const sums = await readFile(path.join(dist, 'latest/SHA256SUMS'), 'utf8');
  return Object.fromEntries(
    sums
      .trim()
      .split('\n')
      .map((line) => line.split(/ +\*?/).reverse() as [string, string]),
  );
}

function onlyTiny(files: { readonly [file: string]: string }): { readonly [file: string]: string } {
  return Object.fromEntries(Object.entries(files).filter(([file]) => file.startsWith('tiny/')));
}
