import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, lstat, mkdir, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { asNobody, cli, eventsOf, exists, giveToNobody, linkResults, projectCopy, stepsRun, temporaryFolder } from './cli.ts';

/** Everything of the surroundings that could find its way into bytes. */
interface Surroundings {
  readonly sentence: string;
  readonly env: NodeJS.ProcessEnv;
  readonly umask: string;
  readonly jobs: number;
  readonly processors: string | undefined;
  readonly asNobody: boolean;
  /** A memory file system lists a folder newest first, so that the order of creation is the order of the listing. */
  readonly reversed: boolean;
}

const SURROUNDINGS: readonly [Surroundings, ...Surroundings[]] = [
  {
    sentence: 'another folder, file system, directory order, user, umask, time zone, language, one job on one processor',
    env: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', COLUMNS: '40' },
    umask: '077',
    jobs: 1,
    processors: '0',
    asNobody: true,
    reversed: true,
  },
  {
    sentence: 'many jobs at once, far in the west',
    env: { TZ: 'Pacific/Pago_Pago', LANG: 'C', LC_ALL: 'C', SOURCE_DATE_EPOCH: '1' },
    umask: '000',
    jobs: 16,
    processors: undefined,
    asNobody: false,
    reversed: false,
  },
  {
    sentence: 'as nobody with two jobs',
    env: { TZ: 'Asia/Kathmandu', LANG: 'ja_JP.eucJP', LC_ALL: 'ja_JP.eucJP', TMPDIR: '/tmp' },
    umask: '027',
    jobs: 2,
    processors: '0',
    asNobody: true,
    reversed: false,
  },
  {
    sentence: 'three jobs, directory order reversed',
    env: { TZ: 'UTC', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', NODE_OPTIONS: '--max-old-space-size=1024' },
    umask: '002',
    jobs: 3,
    processors: undefined,
    asNobody: false,
    reversed: true,
  },
];

const isRelease = process.env['RANCHEROS_TEST_RELEASE'] !== undefined;
const chosen = isRelease ? SURROUNDINGS : [SURROUNDINGS[0]];

/** These take minutes on one processor, by programs that smaller steps run too: they are made again in `npm run test:release`. */
const LONG = /^(squashfs|gzip) (base|engine|plugins|drivers)$|^console-debian\.tar\.gz$|^compress initrd-base$/;

test('a second build with other surroundings gives the same bytes', async (t) => {
  const folder = await temporaryFolder(t);
  // The first build, and the sources that all of them have: somebody may be editing the project meanwhile.
  const first = await projectCopy(folder);
  const dist = path.join(folder, 'first');
  const ordinary = await cli(['build', 'amd64', '--json', '--dist', dist], { project: first });
  assert.equal(ordinary.end, 0, ordinary.stderr);
  const wanted = await releaseIn(dist);
  const ends = eventsOf(ordinary.stdout).filter((event) => event.type === 'step-end');
  // An unpacked package is the download in another form.
  const isTaken = ({ kind, title }: (typeof ends)[number]) => kind === 'unpack-deb' || (!isRelease && LONG.test(title));
  const toRun = ends.filter((step) => !isTaken(step));
  const again = new Set(toRun.map(({ kind }) => kind));
  const never = new Set(ends.flatMap(({ kind }) => (again.has(kind) ? [] : [kind])));
  assert.deepEqual([...never].sort(), isRelease ? ['unpack-deb'] : ['initrd', 'unpack-deb'], 'every other kind of step is made again; zstd, which packs the initrd, packs the disk too');
  // The bytes are not needed any more, and a second release comes.
  await rm(dist, { recursive: true });
  for (const surroundings of chosen) {
    await t.test(surroundings.sentence, async (t) => {
      const memory = surroundings.reversed && (await exists('/dev/shm')) ? '/dev/shm' : undefined;
      const elsewhere = await temporaryFolder(t, memory);
      const project = path.join(elsewhere, 'a project', 'ünder another näme');
      await mkdir(path.dirname(project), { recursive: true });
      await copyReversed(first, project);
      // The store is large: on a disk, by links.
      const work = await temporaryFolder(t);
      const cache = path.join(work, 'cache');
      await linkResults(ends.filter(isTaken), cache);
      const second = path.join(elsewhere, 'second');
      await mkdir(second);
      const nobody = surroundings.asNobody ? asNobody() : [];
      if (nobody === undefined) t.diagnostic('nobody cannot be used here: the same user builds again');
      if (nobody && nobody.length > 0) giveToNobody([elsewhere, work]);
      const processors = surroundings.processors !== undefined && (await exists('/usr/bin/taskset')) ? ['taskset', '-c', surroundings.processors] : [];
      const through = [...(nobody ?? []), ...processors, 'sh', '-c', `umask ${surroundings.umask} && exec "$@"`, 'sh'];
      const env = { ...surroundings.env, HOME: work, XDG_CACHE_HOME: undefined, RANCHEROS_CACHE: undefined };
      const words = ['build', 'amd64', '--json', '--jobs', String(surroundings.jobs), '--cache', cache, '--dist', second];
      const { end, stdout, stderr } = await cli(words, { project, env, through });
      assert.equal(end, 0, stderr);
      // Two steps of one key run once.
      assert.deepEqual([...new Set(stepsRun(eventsOf(stdout)))].sort(), [...new Set(toRun.map(({ title }) => title))].sort(), 'it really built');
      assert.deepEqual(await releaseIn(second), wanted);
    });
  }
});

/** The text of each list, and digest, mode and time of every file, read from the bytes. */
async function releaseIn(dist: string): Promise<{ readonly [name: string]: string }> {
  const release = path.join(dist, 'latest');
  const manifest = JSON.parse(await readFile(path.join(release, 'release.json'), 'utf8')) as { readonly files: { readonly [name: string]: unknown } };
  const names = [...Object.keys(manifest.files), 'SHA256SUMS', 'release.json'].sort();
  const digests = execFileSync('sha256sum', ['--', ...names], { cwd: release, encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  const seen = await Promise.all(names.map((name) => lstat(path.join(release, name))));
  return Object.fromEntries(names.map((name, index) => [name, `${digests[index]} ${seen[index]?.mode.toString(8)} ${seen[index]?.mtimeMs}`]));
}

/** Copies a project with the entries of every folder made in descending order. */
async function copyReversed(from: string, to: string): Promise<void> {
  await mkdir(to);
  const entries = await readdir(from, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? 1 : -1))) {
    const [source, place] = [path.join(from, entry.name), path.join(to, entry.name)];
    // What an earlier build bundled must not be used again.
    if (entry.name === '.cache') continue;
    if (entry.isDirectory()) await copyReversed(source, place);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), place);
    else await cp(source, place);
  }
}
