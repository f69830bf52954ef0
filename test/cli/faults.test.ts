import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cutsOf, moments, SEED } from '../rig/moments.ts';
import { processesNaming } from '../rig/processes.ts';
import { type BuiltStore, builtStore, cli, filesBelow, startCli, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

const isRelease = process.env['RANCHEROS_TEST_RELEASE'] !== undefined;
const TARGETS = ['tiny', 'packed'];
const STEPS = ['words', 'greeting', 'pack greeting'];

test('a build that is killed at any moment', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const built = await builtStore(folder, { project, targets: TARGETS });
  const wanted = await digestsBelow(built.dist);
  const words = (dist: string) => ['build', ...TARGETS, '--cache', built.cache, '--dist', dist];
  const forgetAll = async () => {
    for (const step of STEPS) await built.forget(step);
  };
  // How long a build takes here, its publishing included.
  await forgetAll();
  const started = performance.now();
  assert.equal((await cli(words(path.join(folder, 'measured')), { project })).end, 0);
  const seconds = (performance.now() - started) / 1000;

  for (const [index, moment] of moments('kill -9', cutsOf(isRelease ? 20 : 2), seconds).entries()) {
    await t.test(`kill -9 after ${moment.toFixed(2)} of ${seconds.toFixed(2)} s (seed ${SEED}): nothing wrong stays, and the next build gives the same bytes`, async () => {
      const dist = path.join(folder, `killed-${index}`);
      await forgetAll();
      const { child, result } = startCli(words(dist), { project });
      await sleep(moment * 1000);
      child.kill('SIGKILL');
      await result;
      await noStrayThings(built, folder);
      for (const [file, digest] of Object.entries(await digestsBelow(dist))) {
        if (file in wanted) assert.equal(digest, wanted[file], `${file} is there under its final name, and is not whole`);
      }
      const again = await cli(words(dist), { project });
      assert.equal(again.end, 0, again.stderr);
      assert.deepEqual(await digestsBelow(dist), wanted);
      assert.deepEqual(await filesBelow(built.temporary), [], 'the next build takes away what the killed one left');
    });
  }
});

test('two builds at once of different targets on one store give what each gives alone', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const built = await builtStore(folder, { project, targets: TARGETS });
  for (const step of STEPS) await built.forget(step);
  const dists = TARGETS.map((target) => path.join(folder, `of-${target}`));
  const results = await Promise.all(TARGETS.map((target, index) => cli(['build', target, '--cache', built.cache, '--dist', dists[index] ?? ''], { project })));
  for (const { end, stderr } of results) assert.equal(end, 0, stderr);
  const wanted = await digestsBelow(built.dist);
  for (const dist of dists) {
    const made = await digestsBelow(dist);
    for (const [file, digest] of Object.entries(made)) if (file.includes('greeting')) assert.equal(digest, wanted[file], file);
    assert.ok(Object.keys(made).some((file) => file.includes('greeting')));
  }
  await soundBlobs(built.cache);
});

/** No process, mount or loop device of the build is left, and no wrong blob under its final name. */
async function noStrayThings(built: BuiltStore, folder: string): Promise<void> {
  // A killed group is gone when the kernel has come to it.
  for (let tries = 1000; tries > 0 && (await processesNaming(built.cache)).length > 0; tries--) await sleep(20);
  assert.deepEqual(await processesNaming(built.cache), []);
  assert.ok(!(await readFile('/proc/self/mountinfo', 'utf8')).includes(folder));
  for (const device of (await filesBelow('/sys/block').catch(() => [])).filter((name) => /^loop\d+$/.test(name))) {
    const backing = await readFile(`/sys/block/${device}/loop/backing_file`, 'utf8').catch(() => '');
    assert.ok(!backing.includes(folder), `${device} holds ${backing}`);
  }
  await soundBlobs(built.cache);
}

async function soundBlobs(cache: string): Promise<void> {
  for (const [file, digest] of Object.entries(await digestsBelow(cache))) if (file.includes('/blobs/sha256/')) assert.equal(path.basename(file), digest, 'a blob is whole or not there');
}

/** SHA-256 of every file below a directory, by path; of links and of what is not there none. */
async function digestsBelow(folder: string): Promise<{ readonly [file: string]: string }> {
  const files = await filesBelow(folder).catch(() => []);
  const digests: { [file: string]: string } = {};
  for (const file of files) {
    const bytes = await readFile(path.join(folder, file)).catch(() => undefined);
    if (bytes) digests[file] = createHash('sha256').update(bytes).digest('hex');
  }
  return digests;
}
