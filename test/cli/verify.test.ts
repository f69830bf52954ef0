import assert from 'node:assert/strict';
import { copyFile, open, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
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

const DAMAGES: readonly Damage[] = [
  { sentence: 'one flipped bit', do: (folder) => flip(path.join(folder, 'vmlinuz')), says: /vmlinuz: The file is not what its manifest says/ },
  { sentence: 'a file that nobody named', do: (folder) => writeFile(path.join(folder, 'extra'), ''), says: /extra: The manifest does not name this file/ },
  { sentence: 'a half-written file', do: (folder) => writeFile(path.join(folder, 'initrd.1.part'), ''), says: /initrd\.1\.part: The manifest does not name/ },
  { sentence: 'a missing file', do: (folder) => unlink(path.join(folder, 'vmlinuz')), says: /vmlinuz: The file (cannot be read|is missing)/ },
  { sentence: 'a line of SHA256SUMS that was changed', do: (folder) => flip(path.join(folder, 'SHA256SUMS')), says: /SHA256SUMS: The list of sums/ },
  { sentence: 'no SHA256SUMS', do: (folder) => unlink(path.join(folder, 'SHA256SUMS')), says: /SHA256SUMS: / },
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
      for (const name of ['extra', 'initrd.1.part', '../vmlinuz']) await rm(path.join(release, name), { force: true });
      for (const name of ['vmlinuz', 'SHA256SUMS', 'release.json']) {
        await rm(path.join(release, name), { force: true });
        await copyFile(`${spare}-${name}`, path.join(release, name));
      }
      assert.deepEqual([end, stdout], [4, ''], stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }
  await t.test('a version that was never built is no damage: exit code 2, and what to do', async () => {
    const { end, stdout, stderr } = await cli(['verify', 'v8.8.8', '--dist', dist]);
    assert.deepEqual([end, stdout], [2, '']);
    assert.match(stderr, /v8\.8\.8: Nothing was built here yet[\s\S]*Build the version first/);
  });
  await t.test('the next build mends what was damaged without being told', async () => {
    await flip(path.join(release, 'vmlinuz'));
    assert.equal((await cli(['verify', '--dist', dist])).end, 4);
    assert.equal((await cli(['build', 'amd64', '--dist', dist])).end, 0);
    assert.equal((await cli(['verify', '--dist', dist])).end, 0);
  });
});
