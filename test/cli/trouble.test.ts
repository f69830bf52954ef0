import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { asNobody, builtStore, type CliResult, cli, eventsOf, filesBelow, projectCopy, temporaryFolder } from './cli.ts';
import { withTinyFolder } from './tiny-folder.ts';
import { tinyProject } from './tiny-project.ts';

/** A failure that a person can act on: its exit code, its sentence, and no stack. */
function assertFailure({ end, stderr }: CliResult, wanted: number, ...says: readonly RegExp[]): void {
  assert.equal(end, wanted, stderr);
  for (const each of says) assert.match(stderr, each);
  assert.doesNotMatch(stderr, /^\s+at /m);
  assert.doesNotMatch(stderr, /bug in the pipeline/);
}

test('a disk that is full or may not be written', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  // What hardly gets smaller: a file system of some pages has no room for it.
  const lines = Array.from({ length: 600 }, (_, line) => createHash('sha256').update(`${line}`).digest('hex'));
  await writeFile(path.join(project, 'overlays/tiny/large'), `${lines.join('\n')}\n`);
  const built = await builtStore(folder, { project, targets: ['tiny', 'packed'] });
  const words = (dist: string) => ['build', 'tiny', 'packed', '--cache', built.cache, '--dist', dist];
  const dist = path.join(folder, 'other');
  await mkdir(dist);

  for (const [title, step] of [
    ['a native tool', 'pack greeting'],
    ['a writer of ours', 'greeting'],
  ] as const) {
    await t.test(`a store that fills up under ${title}: a sentence, and the same command works when there is space`, async (t) => {
      await mkdir(built.temporary, { recursive: true });
      const through = withTinyFolder(built.temporary, '12k');
      if (!through) return t.skip('user namespaces cannot be made here');
      await built.forget(step);
      const result = await cli(words(built.dist), { project, through });
      assertFailure(result, 1, /disk is full/i);
      assert.ok(result.stderr.includes(`\`npm run gc -- --cache ${built.cache}\``), result.stderr);
      assert.equal((await cli(words(built.dist), { project })).end, 0);
    });
  }

  const nobody = asNobody();
  const home = path.join(folder, 'home');
  await mkdir(home);
  await chmod(home, 0o777);
  await t.test('a dist that this user may not write: a sentence that names --dist', { skip: !nobody && 'nobody cannot be used here' }, async () => {
    const locked = path.join(folder, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o555);
    assertFailure(await cli(words(locked), { project, through: nobody ?? [], env: { HOME: home, TMPDIR: home } }), 1, /locked: This user may not write to the directory/, /--dist/);
    assert.deepEqual(await filesBelow(locked), []);
  });

  await t.test('a store that this user may not write: a sentence that names --cache', { skip: !nobody && 'nobody cannot be used here' }, async () => {
    const locked = path.join(folder, 'locked-cache');
    await mkdir(locked);
    await chmod(locked, 0o555);
    const result = await cli(['build', 'tiny', '--cache', locked, '--dist', path.join(home, 'os')], { project, through: nobody ?? [], env: { HOME: home, TMPDIR: home } });
    assertFailure(result, 1, /This user may not write to the directory/, /--cache/);
  });

  await t.test('a store that is a file: one sentence, and no step fails of it', async () => {
    const file = path.join(folder, 'store-file');
    await writeFile(file, '');
    const result = await cli(['build', 'tiny', '--cache', file, '--dist', dist], { project });
    assertFailure(result, 2, /^error: .*store-file.*: A file exists where a directory is needed/, /--cache/);
    assert.doesNotMatch(result.stderr, /^failed:/m);
  });

  await t.test('a dist that is a file: a sentence', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    assertFailure(await cli(words(file), { project }), 2, /file/, /A file exists where a directory is needed/, /--dist/);
  });

  await t.test('a final version is never built from other sources', async () => {
    const argv = ['build', 'tiny', '--cache', built.cache, '--dist', dist, '--version', 'v9.9.9', '--allow-dirty', '--accept-stale'];
    assert.equal((await cli(argv, { project })).end, 0);
    assert.equal((await cli(argv, { project })).end, 0);
    const lock = path.join(project, 'targets/packages.lock.json');
    const locked = await readFile(lock, 'utf8');
    await writeFile(lock, `${locked}\n`);
    for (const more of [['--json'], ['--dry-run', '--json']]) {
      const refused = await cli([...argv, ...more], { project });
      assertFailure(refused, 2, /v9\.9\.9 was already built here from other sources/);
      assert.deepEqual(
        eventsOf(refused.stdout).map(({ type }) => type),
        ['failure', 'result'],
        'no step was begun',
      );
    }
    await writeFile(lock, locked);
    assert.equal((await cli(argv, { project })).end, 0);
    await appendFile(path.join(project, 'overlays/tiny/greeting'), 'changed\n');
    const before = await readFile(path.join(dist, 'v9.9.9/release.json'), 'utf8');
    assertFailure(await cli(argv, { project }), 2, /v9\.9\.9 was already built here from other sources/);
    assert.equal(await readFile(path.join(dist, 'v9.9.9/release.json'), 'utf8'), before);
    assert.equal((await cli(['verify', 'v9.9.9', '--dist', dist], { project })).end, 0);
  });
});

interface Mistake {
  readonly sentence: string;
  readonly file: string;
  readonly edit: (text: string) => string;
  readonly says: readonly RegExp[];
}

const MISTAKES: readonly Mistake[] = [
  { sentence: 'a tab in overlay rules', file: 'overlays/system.yaml', edit: (text) => `${text}\n\t- x: [\n`, says: [/overlays\/system\.yaml:\d+:\d+: /] },
  { sentence: 'an unknown member in overlay rules', file: 'overlays/system.yaml', edit: (text) => `${text}\nnonsense: 1\n`, says: [/overlays\/system\.yaml:\d+:\d+: .*nonsense/] },
  { sentence: 'no YAML in the package sets', file: 'targets/packages.yaml', edit: (text) => `${text}\n  : [\n`, says: [/targets\/packages\.yaml:\d+:\d+: /] },
  { sentence: 'an unknown member in the package sets', file: 'targets/packages.yaml', edit: (text) => text.replace(/^sets:$/m, 'setz:'), says: [/targets\/packages\.yaml:\d+:\d+: /] },
  {
    sentence: 'an unknown member in a kernel list',
    file: 'kernel-configs/debian-amd64.yaml',
    edit: (text) => `${text}\nnonsense: 1\n`,
    says: [/kernel-configs\/debian-amd64\.yaml:\d+:\d+: .*nonsense/],
  },
  {
    sentence: 'a package that was asked for and not locked',
    file: 'targets/packages.yaml',
    edit: (text) => text.replace(/^( +)packages:\n( +- )/m, '$1packages:\n$2sl\n$2').replace(/^( +)packages: \[/m, '$1packages: [sl, '),
    says: [/is not locked as targets\/packages\.yaml asks/, /npm run pins -- update/],
  },
  { sentence: 'a lock that is cut short', file: 'targets/packages.lock.json', edit: (text) => text.slice(0, 5000), says: [/targets\/packages\.lock\.json/, /npm run pins -- update/] },
];

test('a mistake in a file of the project ends with 2 and its place', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await projectCopy(folder);
  for (const { sentence, file, edit, says } of MISTAKES) {
    await t.test(sentence, async () => {
      const place = path.join(project, file);
      await copyFile(place, `${place}.spare`);
      const text = await readFile(place, 'utf8');
      assert.notEqual(edit(text), text);
      await writeFile(place, edit(text));
      const result = await cli(['build', 'amd64', '--cache', path.join(folder, 'cache'), '--dist', path.join(folder, 'dist')], { project });
      await copyFile(`${place}.spare`, place);
      assertFailure(result, 2, ...says);
    });
  }
});
