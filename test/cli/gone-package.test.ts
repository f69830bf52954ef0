import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { cli, exists, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

// Of one set only, that of the tool image.
const NAME = 'dosfstools';

/** A lock that names a package which no archive ever had. */
function withoutPackage(lock: string): string {
  const line = new RegExp(`^ +"${NAME}=[^"]+": \\{.*"arch": "amd64".*$`, 'm').exec(lock)?.[0];
  assert.ok(line, `${NAME} is locked`);
  return lock.replace(line, line.replace(/sha256:[0-9a-f]{64}/, `sha256:${'0'.repeat(64)}`).replace(/"path": "[^"]+"/, '"path": "pool/main/g/gone/gone_1_amd64.deb"'));
}

test('a final release is made of what the lock names, and of nothing that is resolved on the way', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const lock = path.join(project, 'targets/packages.lock.json');
  await writeFile(lock, withoutPackage(await readFile(lock, 'utf8')));
  const before = await readFile(lock, 'utf8');
  const archive = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => archive.listen(0, '127.0.0.1', resolve));
  t.after(() => archive.close());
  const mirror = `http://127.0.0.1:${(archive.address() as AddressInfo).port}/debian`;
  const dist = path.join(folder, 'os');
  const build = (words: readonly string[]) => cli(['build', 'packed', '--mirror', mirror, '--dist', dist, ...words], { project });

  for (const words of [['--version', 'v9.9.9', '--allow-dirty', '--accept-stale'], ['--frozen']]) {
    await t.test(words.join(' '), async () => {
      const { end, stderr } = await build(words);
      assert.equal(end, 1, stderr);
      assert.match(stderr, new RegExp(`The locked package ${NAME} .* is no longer in the archive`));
      assert.doesNotMatch(stderr, /its newest version is locked/);
      assert.equal(await readFile(lock, 'utf8'), before);
      assert.equal(await exists(dist), false);
    });
  }

  await t.test('a development build locks the newest version of the package, and says so', async () => {
    const { end, stderr } = await build([]);
    assert.match(stderr, new RegExp(`warning: ${NAME} .* is no longer in the archive: its newest version is locked`));
    // Whether another source is left to resolve them from is up to where this runs.
    if (end === 0) assert.match(await readFile(lock, 'utf8'), new RegExp(`"${NAME}=[^"]+": .*/${NAME}_`));
    else assert.equal(await readFile(lock, 'utf8'), before);
  });
});
