import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { asNobody, builtStore, cli, eventsOf, filesBelow, giveToNobody, stepsRun, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

/** Inode, size and times of everything in a folder. */
async function fingerprint(folder: string): Promise<readonly string[]> {
  const names = await filesBelow(folder);
  return Promise.all(
    names.map(async (name) => {
      const { ino, size, mtimeMs, ctimeMs } = await lstat(path.join(folder, name));
      return `${name} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
    }),
  );
}

test('a build from a filled store', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const built = await builtStore(folder, { project, targets: ['tiny', 'packed'] });
  const build = (options: Parameters<typeof cli>[1] = {}, words: readonly string[] = []) =>
    cli(['build', 'tiny', 'packed', '--cache', built.cache, '--dist', built.dist, ...words], { project, ...options });

  await t.test('without a change it runs no step and does not touch dist; every line of --json is an event', async () => {
    const before = await fingerprint(built.dist);
    const { end, stdout, stderr } = await build({}, ['--json']);
    assert.deepEqual([end, stderr], [0, '']);
    const events = eventsOf(stdout);
    assert.deepEqual(stepsRun(events), []);
    assert.ok(events.every((event) => typeof event.type === 'string'));
    assert.deepEqual(await fingerprint(built.dist), before);
  });

  await t.test('targets --json lists exactly what the build leaves', async () => {
    const { end, stdout } = await cli(['targets', '--json'], { project });
    assert.equal(end, 0);
    const targets = JSON.parse(stdout) as readonly { readonly name: string; readonly arch: string; readonly summary: string; readonly files: readonly string[] }[];
    const files = targets.flatMap(({ name, files }) => (name === 'slow' ? [] : files));
    assert.deepEqual(await filesBelow(path.join(built.dist, 'latest')), [...files, 'SHA256SUMS', 'release.json'].sort());
  });

  await t.test('what it prints without a terminal has no escape codes', async () => {
    for (const env of [{}, { FORCE_COLOR: '1', CLICOLOR_FORCE: '1', TERM: 'xterm-256color' }, { NO_COLOR: '1' }]) {
      const { end, stdout, stderr } = await build({ env });
      assert.equal(end, 0);
      assert.doesNotMatch(stdout + stderr, /\u001b/);
    }
    const failed = await cli(['build', 'nothing'], { env: { FORCE_COLOR: '1' } });
    assert.doesNotMatch(failed.stderr, /\u001b/);
  });

  await t.test('a reader that goes away, such as head, gives no stack', async () => {
    for (const [name, words] of [
      ['head', 'build packed --json'],
      ['true', 'build packed --json'],
      ['head', 'targets'],
      ['true', '--help'],
    ] as const) {
      const reader = name === 'head' ? 'head -n 1' : 'true';
      const options = words.startsWith('build') ? ' --cache "$2" --dist "$3"' : '';
      const script = `{ "$0" "$1" ${words}${options}; echo "ended with $?" >&2; } | ${reader}`;
      const stderr = await shell(script, [process.execPath, path.join(project, 'pipeline/cli/launch.mjs'), built.cache, built.dist]);
      assert.match(stderr, /^ended with (0|141)\n$/, words);
    }
  });

  await t.test('a user without rights builds from a store of its own', async (t) => {
    const nobody = asNobody();
    if (!nobody) return t.skip('setpriv or node cannot be used by nobody here');
    const home = path.join(folder, 'home');
    await mkdir(path.join(home, '.cache'), { recursive: true });
    // It is not needed any more where it was.
    await rename(built.cache, path.join(home, '.cache/rancheros'));
    await rm(built.dist, { recursive: true });
    if (process.getuid?.() === 0) giveToNobody([home]);
    const env = { HOME: home, XDG_CACHE_HOME: '', RANCHEROS_CACHE: undefined, TMPDIR: home };
    const dist = path.join(home, 'dist');
    const { end, stdout, stderr } = await cli(['build', 'tiny', '--json', '--dist', dist], { project, env, through: nobody });
    assert.equal(end, 0, stderr);
    assert.deepEqual(stepsRun(eventsOf(stdout)), []);
    assert.equal((await cli(['verify', '--dist', dist], { project, env, through: nobody })).end, 0);
  });
});

function shell(script: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', script, ...words], { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', () => resolve(stderr));
  });
}
