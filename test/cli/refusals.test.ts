import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { cli, eventsOf, exists, filesBelow, stepsRun, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

/** Every server is behind a proxy that is not there. */
const UNREACHABLE = { http_proxy: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1', RANCHEROS_DEBIAN_MIRROR: 'http://127.0.0.1:1/debian' };
const GIT = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.invalid', '-c', 'init.defaultBranch=main'];

test('what can be refused at the start is refused at the start, by a dry run too', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const git = (...words: readonly string[]) => execFileSync('git', [...GIT, '-C', project, ...words], { stdio: 'ignore' });
  const cache = path.join(folder, 'cache');
  const dist = path.join(folder, 'dist');
  const run = async (words: readonly string[], options: { readonly through?: readonly string[]; readonly dist?: string } = {}) =>
    cli(['build', 'tiny', '--json', '--cache', cache, '--dist', options.dist ?? dist, ...words], { project, cwd: project, env: UNREACHABLE, through: options.through ?? [] });
  /** Refused in both ways, with no step begun. */
  const refused = async (words: readonly string[], code: number, says: RegExp, options: Parameters<typeof run>[1] = {}) => {
    for (const more of [[], ['--dry-run']]) {
      const { end, stdout, stderr } = await run([...words, ...more], options);
      assert.equal(end, code, stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stdout, /"step-(start|end)"/);
    }
  };
  const final = ['--version', 'v9.9.9'];

  await t.test('a release without git: it could not be asked', async () => {
    await refused(final, 2, /git could not be asked[\s\S]*--allow-dirty/);
  });

  await writeFile(path.join(project, '.gitignore'), 'node_modules\n.cache\n');
  git('init');
  git('add', '.');
  git('commit', '-m', 'all');

  await t.test('a release of a dirty tree names the files; a file that git does not know among the sources is one', async () => {
    await appendFile(path.join(project, 'package.json'), '\n');
    await writeFile(path.join(project, 'overlays/tiny/more'), 'more\n');
    await refused(final, 2, /changes that no commit holds[\s\S]*M package\.json[\s\S]*\?\? overlays\/tiny\/more[\s\S]*--allow-dirty/);
    const { end, stderr } = await run([...final, '--allow-dirty', '--accept-stale', '--dry-run']);
    assert.equal(end, 0, stderr);
    assert.match(stderr, /warning: The project has changes that no commit holds/);
    assert.match(stderr, /warning: .*no index could be reached.*--accept-stale/);
    await rm(path.join(project, 'overlays/tiny/more'));
    git('checkout', 'package.json');
  });

  await t.test('a release whose index cannot be reached says so; a new file that is no source makes no tree dirty', async () => {
    await writeFile(path.join(project, 'notes.txt'), 'not a source\n');
    const { end, stdout, stderr } = await run([...final, '--dry-run']);
    assert.equal(end, 1, stderr);
    assert.match(stderr, /superseded locked packages is not known: no index could be reached[\s\S]*--accept-stale/);
    assert.doesNotMatch(stdout, /"targets"/);
  });

  await t.test('a development version asks neither git nor an index', async () => {
    await appendFile(path.join(project, 'package.json'), '\n');
    const { end, stderr } = await run(['--dry-run']);
    assert.deepEqual([end, stderr], [0, '']);
    git('checkout', 'package.json');
  });

  await t.test('a dist that is a file, or lies where nothing can be made', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    await refused([], 2, /file: A file exists where a directory is needed[\s\S]*--dist/, { dist: file });
    await refused([], 2, /A file exists where a directory is needed/, { dist: path.join(file, 'below') });
    await refused([], 2, /No directory can be made there/, { dist: '/proc/rancheros/dist' });
  });

  await t.test('a disk that is too small', async (t) => {
    const small = path.join(folder, 'small');
    await mkdir(small);
    const through = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=4k tiny "$0" && exec "$@"', small];
    try {
      execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'true'], { stdio: 'ignore' });
    } catch {
      return t.skip('user namespaces cannot be made here');
    }
    // What it takes is known from the build before.
    assert.equal((await run([])).end, 0);
    await refused([], 1, /There is not enough room on the disk\. This build takes about [\d.]+ kB in .*small, and [\d.]+ (kB|B) are free[\s\S]*--ignore-space/, { dist: small, through });
  });

  await t.test('a final version that is there from other sources', async () => {
    assert.equal((await run([...final, '--accept-stale'])).end, 0);
    await appendFile(path.join(project, 'overlays/tiny/greeting'), 'and more\n');
    await refused([...final, '--allow-dirty', '--accept-stale'], 2, /v9\.9\.9 was already built here from other sources/);
  });

  await t.test('what an earlier build made is named before it disappears', async () => {
    const project2 = path.join(project, 'targets/other.ts');
    await writeFile(
      project2,
      `import { awsImageFile } from '../pipeline/index.ts';\nexport default { name: 'other', arch: 'amd64', summary: 'another', files: { 'other/file': 'a file' }, make: (context) => ({ 'other/file': awsImageFile(context, 'other', {}) }) };\n`,
    );
    const other = path.join(folder, 'named');
    const both = await cli(['build', 'tiny', 'other', '--cache', cache, '--dist', other], { project, cwd: project });
    assert.equal(both.end, 0, both.stderr);
    await appendFile(path.join(project, 'overlays/tiny/greeting'), 'even more\n');
    const dry = await run(['--dry-run'], { dist: other });
    assert.equal(dry.end, 0);
    assert.match(dry.stderr, /warning: Publishing will remove other\/file from .*named\/v1\.5\.9-dev/);
    assert.ok(
      (await filesBelow(other)).some((file) => file.endsWith('other/file')),
      'it is still there',
    );
    const { end, stdout } = await run([], { dist: other });
    assert.equal(end, 0);
    const events = eventsOf(stdout);
    const named = events.findIndex((event) => event.type === 'note' && /will remove other\/file/.test(event.message));
    assert.ok(named >= 0 && named < events.findIndex((event) => event.type === 'step-start'), stdout);
    assert.deepEqual(stepsRun(events), ['greeting']);
    assert.equal(await exists(path.join(other, 'v1.5.9-dev/other/file')), false);
  });
});
