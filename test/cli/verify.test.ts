import assert from 'node:assert/strict';
import { copyFile, mkdir, open, readFile, readlink, realpath, rename, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../pipeline/core/digest.ts';
import { type Manifest, manifestText, type ReleaseFile, sumsText } from '../../pipeline/publish/manifest.ts';
import { builtStore, cli, temporaryFolder } from './cli.ts';

interface Damage {
  readonly sentence: string;
  readonly do: (folder: string) => Promise<void>;
  readonly says: RegExp;
}

async function flip(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, 100);
    byte[0] = (byte[0] ?? 0) ^ 1;
    await handle.write(byte, 0, 1, 100);
  } finally {
    await handle.close();
  }
}

/** Changes the manifest, and the list of sums so that it agrees, as a fault of a build would. */
async function changeManifest(folder: string, change: (manifest: Manifest) => Manifest): Promise<void> {
  const file = path.join(folder, 'release.json');
  const text = manifestText(change(JSON.parse(await readFile(file, 'utf8')) as Manifest));
  await writeFile(file, text);
  const { files } = JSON.parse(text) as Manifest;
  await writeFile(path.join(folder, 'SHA256SUMS'), sumsText({ ...files, 'release.json': { digest: digestOf(text), size: text.length } }));
}

const DAMAGES: readonly Damage[] = [
  {
    sentence: 'a file of a kind that nothing can read',
    do: async (folder) => {
      await writeFile(path.join(folder, 'extra'), 'text');
      await changeManifest(folder, (manifest) => ({
        ...manifest,
        files: { ...manifest.files, extra: { ...manifest.files['vmlinuz'], digest: digestOf('text'), size: 4, kind: 'riddle' } as unknown as ReleaseFile },
      }));
    },
    says: /no readable release\.json here: "extra" is of the kind "riddle", which nothing here can read[\s\S]*→ /,
  },
  { sentence: 'a manifest that names nothing', do: (folder) => changeManifest(folder, (manifest) => ({ ...manifest, files: {} })), says: /release\.json: The manifest names no file/ },
  { sentence: 'an empty folder', do: async (folder) => void (await mkdir(path.join(folder, 'extra'))), says: /extra: The manifest does not name this file[\s\S]*→ Take it away/ },
  {
    sentence: 'no manifest beside files',
    do: (folder) => unlink(path.join(folder, 'release.json')),
    says: /release\.json: The manifest is missing[\s\S]*there are: .*vmlinuz[\s\S]*→ Build the version again/,
  },
  { sentence: 'one flipped bit', do: (folder) => flip(path.join(folder, 'vmlinuz')), says: /vmlinuz: The file is not what its manifest says/ },
  { sentence: 'a file that nobody named', do: (folder) => writeFile(path.join(folder, 'extra'), ''), says: /extra: The manifest does not name this file/ },
  { sentence: 'a half-written file', do: (folder) => writeFile(path.join(folder, 'initrd.1.part'), ''), says: /initrd\.1\.part: The manifest does not name/ },
  { sentence: 'a missing file', do: (folder) => unlink(path.join(folder, 'vmlinuz')), says: /vmlinuz: The file is missing\.\n {2}→ Build the version again/ },
  { sentence: 'a line of SHA256SUMS that was changed', do: (folder) => flip(path.join(folder, 'SHA256SUMS')), says: /SHA256SUMS: The list of sums/ },
  { sentence: 'no SHA256SUMS', do: (folder) => unlink(path.join(folder, 'SHA256SUMS')), says: /SHA256SUMS: The file is missing/ },
  { sentence: 'a manifest that is no JSON', do: (folder) => writeFile(path.join(folder, 'release.json'), '{'), says: /no readable release\.json here: it is no JSON/ },
  { sentence: 'a manifest of another shape', do: (folder) => writeFile(path.join(folder, 'release.json'), '{"format":1}'), says: /no readable release\.json/ },
  {
    sentence: 'a manifest that names a file outside',
    do: async (folder) => {
      const file = path.join(folder, 'release.json');
      await writeFile(file, (await readFile(file, 'utf8')).replace('"vmlinuz"', '"../../../etc/hostname"'));
    },
    says: /no readable release\.json here: it names "\.\.\/\.\.\/\.\.\/etc\/hostname", which is no path below the version's folder/,
  },
  {
    sentence: 'a link in place of a file, even to the right bytes',
    do: async (folder) => {
      await rename(path.join(folder, 'vmlinuz'), path.join(folder, '../vmlinuz'));
      await symlink('../vmlinuz', path.join(folder, 'vmlinuz'));
    },
    says: /vmlinuz: /,
  },
];

test('verify tells a whole release from a damaged one, and names the file', async (t) => {
  const folder = await temporaryFolder(t);
  const { dist } = await builtStore(folder);
  const release = path.join(dist, 'latest');
  const whole = await cli(['verify', '--dist', dist]);
  assert.deepEqual([whole.end, whole.stderr], [0, '']);
  assert.match(whole.stdout, /7 files, .* all as release\.json says, their formats sound/);
  const spare = path.join(folder, 'spare');
  for (const name of ['vmlinuz', 'SHA256SUMS', 'release.json']) await copyFile(path.join(release, name), `${spare}-${name}`);
  for (const { sentence, do: damage, says } of DAMAGES) {
    await t.test(sentence, async () => {
      await damage(release);
      const { end, stdout, stderr } = await cli(['verify', '--dist', dist]);
      for (const name of ['extra', 'initrd.1.part', '../vmlinuz']) await rm(path.join(release, name), { force: true, recursive: true });
      for (const name of ['vmlinuz', 'SHA256SUMS', 'release.json']) {
        await rm(path.join(release, name), { force: true });
        await copyFile(`${spare}-${name}`, path.join(release, name));
      }
      assert.deepEqual([end, stdout], [4, ''], stderr);
      assert.match(stderr, says);
      assert.match(stderr, /^ {2}→ /m, 'a next step');
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }
  await t.test('bytes of a file that were changed together with its digest', async () => {
    const file = path.join(release, 'vmlinuz');
    await flip(file);
    const bytes = await readFile(file);
    await changeManifest(release, (manifest) => ({ ...manifest, files: { ...manifest.files, vmlinuz: { ...(manifest.files['vmlinuz'] as ReleaseFile), digest: digestOf(bytes) } } }));
    const { end, stderr } = await cli(['verify', '--dist', dist]);
    for (const name of ['vmlinuz', 'SHA256SUMS', 'release.json']) {
      await rm(path.join(release, name), { force: true });
      await copyFile(`${spare}-${name}`, path.join(release, name));
    }
    assert.equal(end, 4);
    assert.match(stderr, /vmlinuz: The file, or what is in it, is not what release\.json says: kernel[\s\S]*vmlinuz in it has the digest[\s\S]*→ /);
  });
  await t.test('a manifest of another version than its folder is named by', async () => {
    await rename(await realpath(release), path.join(dist, 'v7.7.7'));
    const { end, stderr } = await cli(['verify', 'v7.7.7', '--dist', dist]);
    assert.equal(end, 4);
    assert.match(stderr, /release\.json: The manifest is that of v[\d.]+-dev, and lies in the folder of v7\.7\.7/);
  });
  await t.test('latest that points to nothing is no version that was never built', async () => {
    const { end, stderr } = await cli(['verify', '--dist', dist]);
    assert.equal(end, 4);
    assert.match(stderr, /latest: It points to v[\d.]+-dev, which is not there[\s\S]*→ Build a version again/);
    await rename(path.join(dist, 'v7.7.7'), path.join(dist, await readlink(release)));
  });
  await t.test('a version that was never built is no damage: exit code 2, and what to do', async () => {
    const { end, stdout, stderr } = await cli(['verify', 'v8.8.8', '--dist', dist]);
    assert.deepEqual([end, stdout], [2, '']);
    assert.match(stderr, /v8\.8\.8: Nothing was built here yet[\s\S]*Build the version first/);
  });
  await t.test('the next build mends what was damaged without being told', async () => {
    await flip(path.join(release, 'vmlinuz'));
    assert.equal((await cli(['verify', '--dist', dist])).end, 4);
    const mended = await cli(['build', 'amd64', '--dist', dist]);
    assert.equal(mended.end, 0);
    assert.match(`${mended.stdout}${mended.stderr}`, /Repaired in .*: vmlinuz\./);
    assert.equal((await cli(['verify', '--dist', dist])).end, 0);
  });
  await t.test('and what was damaged so that its size and time stayed', async () => {
    const file = path.join(release, 'vmlinuz');
    const { atime, mtime } = await stat(file);
    await flip(file);
    await utimes(file, atime, mtime);
    assert.equal((await cli(['verify', '--dist', dist])).end, 4);
    assert.equal((await cli(['build', 'amd64', '--dist', dist])).end, 0);
    assert.equal((await cli(['verify', '--dist', dist])).end, 0);
  });
});
