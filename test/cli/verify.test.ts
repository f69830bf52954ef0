import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, readlink, realpath, rename, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../pipeline/core/digest.ts';
import type { ReleaseFile } from '../../pipeline/publish/manifest.ts';
import { cli, temporaryFolder } from './cli.ts';
import { changeManifest, flip } from './release-damage.ts';
import { tinyProject } from './tiny-project.ts';

interface Damage {
  readonly sentence: string;
  readonly do: (folder: string) => Promise<void>;
  readonly says: RegExp;
}

/** The only file of the release. */
const FILE = 'tiny/greeting';

const DAMAGES: readonly Damage[] = [
  {
    sentence: 'a file of a kind that nothing can read',
    do: async (folder) => {
      await writeFile(path.join(folder, 'extra'), 'text');
      await changeManifest(folder, (manifest) => ({
        ...manifest,
        files: { ...manifest.files, extra: { ...manifest.files[FILE], digest: digestOf('text'), size: 4, kind: 'riddle' } as unknown as ReleaseFile },
      }));
    },
    says: /no readable release\.json here: "extra" is of the kind "riddle", which nothing here can read[\s\S]*→ /,
  },
  { sentence: 'a manifest that names nothing', do: (folder) => changeManifest(folder, (manifest) => ({ ...manifest, files: {} })), says: /release\.json: The manifest names no file/ },
  { sentence: 'an empty folder', do: async (folder) => void (await mkdir(path.join(folder, 'extra'))), says: /extra: The manifest does not name this file[\s\S]*→ Take it away/ },
  {
    sentence: 'no manifest beside files',
    do: (folder) => unlink(path.join(folder, 'release.json')),
    says: /release\.json: The manifest is missing[\s\S]*there are: SHA256SUMS, tiny\n[\s\S]*→ Build the version again/,
  },
  { sentence: 'one flipped bit', do: (folder) => flip(path.join(folder, FILE)), says: /tiny\/greeting: The file is not what its manifest says/ },
  { sentence: 'a file that nobody named', do: (folder) => writeFile(path.join(folder, 'extra'), ''), says: /extra: The manifest does not name this file/ },
  { sentence: 'a half-written file', do: (folder) => writeFile(path.join(folder, 'tiny/greeting.1.part'), ''), says: /greeting\.1\.part: The manifest does not name/ },
  { sentence: 'a missing file', do: (folder) => unlink(path.join(folder, FILE)), says: /tiny\/greeting: The file is missing\.\n {2}→ Build the version again/ },
  { sentence: 'a line of SHA256SUMS that was changed', do: (folder) => flip(path.join(folder, 'SHA256SUMS')), says: /SHA256SUMS: The list of sums/ },
  { sentence: 'no SHA256SUMS', do: (folder) => unlink(path.join(folder, 'SHA256SUMS')), says: /SHA256SUMS: The file is missing/ },
  { sentence: 'a manifest that is no JSON', do: (folder) => writeFile(path.join(folder, 'release.json'), '{'), says: /no readable release\.json here: it is no JSON/ },
  { sentence: 'a manifest of another shape', do: (folder) => writeFile(path.join(folder, 'release.json'), '{"format":1}'), says: /no readable release\.json/ },
  {
    sentence: 'a manifest that names a file outside',
    do: async (folder) => {
      const file = path.join(folder, 'release.json');
      await writeFile(file, (await readFile(file, 'utf8')).replace('"tiny/greeting"', '"../../../etc/hostname"'));
    },
    says: /no readable release\.json here: it names "\.\.\/\.\.\/\.\.\/etc\/hostname", which is no path below the version's directory/,
  },
  {
    sentence: 'a link in place of a file, even to the right bytes',
    do: async (folder) => {
      await rename(path.join(folder, FILE), path.join(folder, '../greeting'));
      await symlink('../../greeting', path.join(folder, FILE));
    },
    says: /tiny\/greeting: /,
  },
];

test('verify tells a whole release from a damaged one, and names the file', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const dist = path.join(folder, 'dist');
  const verify = (...words: readonly string[]) => cli(['verify', ...words, '--dist', dist], { project });
  const build = () => cli(['build', 'tiny', '--cache', path.join(folder, 'cache'), '--dist', dist], { project });
  assert.equal((await build()).end, 0);
  const release = path.join(dist, 'latest');
  const whole = await verify();
  assert.deepEqual([whole.end, whole.stderr], [0, '']);
  assert.match(whole.stdout, /1 files, .* all as release\.json says, their formats sound/);
  for (const name of [FILE, 'SHA256SUMS', 'release.json']) await copyFile(path.join(release, name), path.join(folder, `spare-${path.basename(name)}`));
  const mend = async (): Promise<void> => {
    for (const name of ['extra', 'tiny/greeting.1.part', '../greeting']) await rm(path.join(release, name), { force: true, recursive: true });
    for (const name of [FILE, 'SHA256SUMS', 'release.json']) {
      await rm(path.join(release, name), { force: true });
      await copyFile(path.join(folder, `spare-${path.basename(name)}`), path.join(release, name));
    }
  };
  for (const { sentence, do: damage, says } of DAMAGES) {
    await t.test(sentence, async () => {
      await damage(release);
      const { end, stdout, stderr } = await verify();
      await mend();
      assert.deepEqual([end, stdout], [4, ''], stderr);
      assert.match(stderr, says);
      assert.match(stderr, /^ {2}→ /m, 'a next step');
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }
  await t.test('a manifest of another version than its folder is named by', async () => {
    await rename(await realpath(release), path.join(dist, 'v7.7.7'));
    const { end, stderr } = await verify('v7.7.7');
    assert.equal(end, 4);
    assert.match(stderr, /release\.json: The manifest is that of v[\d.]+-dev, and lies in the directory of "v7\.7\.7"/);
  });
  await t.test('latest that points to nothing is no version that was never built', async () => {
    const { end, stderr } = await verify();
    assert.equal(end, 4);
    assert.match(stderr, /latest: It points to v[\d.]+-dev, which is not there[\s\S]*→ Build a version again/);
    await rename(path.join(dist, 'v7.7.7'), path.join(dist, await readlink(release)));
  });
  await t.test('a version that was never built is no damage: exit code 2, and what to do', async () => {
    const { end, stdout, stderr } = await verify('v8.8.8');
    assert.deepEqual([end, stdout], [2, '']);
    assert.match(stderr, /v8\.8\.8: Nothing was built here yet[\s\S]*Build the version first/);
  });
  await t.test('the next build mends what was damaged without being told', async () => {
    await flip(path.join(release, FILE));
    assert.equal((await verify()).end, 4);
    const mended = await build();
    assert.equal(mended.end, 0);
    assert.match(`${mended.stdout}${mended.stderr}`, /Repaired in .*: tiny\/greeting\./);
    assert.equal((await verify()).end, 0);
  });
  await t.test('and what was damaged so that its size and time stayed', async () => {
    const file = path.join(release, FILE);
    const { atime, mtime } = await stat(file);
    await flip(file);
    await utimes(file, atime, mtime);
    assert.equal((await verify()).end, 4);
    assert.equal((await build()).end, 0);
    assert.equal((await verify()).end, 0);
  });
});
