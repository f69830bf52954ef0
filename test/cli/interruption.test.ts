import assert from 'node:assert/strict';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesNaming } from '../rig/processes.ts';
import { type BuiltStore, builtStore, cli, eventsOf, filesBelow, startCli, stepsRun, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

/** A step of a native tool that takes some seconds. */
const LONG_STEP = 'copy greeting';
const SHORT_STEP = 'greeting';

test('a build that is stopped leaves a store that the next one can use', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const built = await builtStore(folder, { project, targets: ['slow'] });
  const words = ['build', 'slow', '--cache', built.cache, '--dist', built.dist];
  const start = async () => {
    await built.forget(LONG_STEP);
    const running = startCli([...words, '--json'], { project });
    await running.until(new RegExp(`"step-start".*"${LONG_STEP}"`));
    return running;
  };

  for (const [signal, times] of [
    ['SIGINT', 1],
    ['SIGTERM', 1],
    ['SIGINT', 2],
  ] as const) {
    await t.test(`${signal}${times > 1 ? ', twice at once as npm passes it on,' : ''} ends it with 130, without children and half-written files`, async () => {
      const running = await start();
      // Long enough for the tool to have started; a signal before that is as good.
      await sleep(300);
      for (let sent = 0; sent < times; sent++) running.child.kill(signal);
      const { end, stderr } = await running.result;
      assert.equal(end, 130, stderr);
      assert.match(stderr, /^error: Stopped\. What was finished is kept/);
      assert.doesNotMatch(stderr, /^\s+at /m);
      await noTraces(built, { ofKill: false });
      if (signal !== 'SIGINT' || times > 1) return;
      const again = await cli([...words, '--json'], { project });
      assert.equal(again.end, 0, again.stderr);
      assert.deepEqual(stepsRun(eventsOf(again.stdout)), [LONG_STEP]);
    });
  }

  await t.test('kill -9 in the middle: the same command succeeds, and the release is whole', async () => {
    const running = await start();
    await sleep(300);
    running.child.kill('SIGKILL');
    assert.equal((await running.result).end, 'SIGKILL');
    await noTraces(built, { ofKill: true });
    const again = await cli(words, { project });
    assert.equal(again.end, 0, again.stderr);
    assert.equal((await cli(['verify', '--dist', built.dist], { project })).end, 0);
  });

  await t.test('who stops a build of several targets keeps what lay there: what was finished does not take its place', async () => {
    const before = await filesBelow(built.dist);
    await built.forget(LONG_STEP);
    const running = startCli(['build', 'tiny', ...words.slice(1), '--json'], { project });
    await running.until(new RegExp(`"step-start".*"${LONG_STEP}"`));
    await sleep(300);
    running.child.kill('SIGINT');
    assert.equal((await running.result).end, 130);
    assert.deepEqual(await filesBelow(built.dist), before);
    // For those that come after.
    assert.equal((await cli(words, { project })).end, 0);
  });

  await t.test('a stored file that was corrupted behind our back is noticed with --paranoid and made anew', async () => {
    const step = built.steps.find((each) => each.title === SHORT_STEP);
    const [blob] = Object.values(step?.outputs ?? {});
    assert.ok(blob);
    const file = built.blobFile(blob.digest);
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    // A new inode: the old one is the user's own store's too.
    await rm(file);
    await writeFile(file, bytes);
    await setOldTime(file);
    const trusting = await cli([...words, '--json'], { project });
    assert.deepEqual(stepsRun(eventsOf(trusting.stdout)), []);
    const careful = await cli([...words, '--json', '--paranoid'], { project });
    assert.equal(careful.end, 0, careful.stderr);
    assert.deepEqual(stepsRun(eventsOf(careful.stdout)), [SHORT_STEP]);
    assert.equal((await cli(['verify', '--dist', built.dist], { project })).end, 0);
  });

  await t.test('one that was written into the ordinary way is noticed without', async () => {
    const step = built.steps.find((each) => each.title === SHORT_STEP);
    const [blob] = Object.values(step?.outputs ?? {});
    assert.ok(blob);
    const file = built.blobFile(blob.digest);
    await rm(file);
    await writeFile(file, 'other bytes');
    const { end, stdout } = await cli([...words, '--json'], { project });
    assert.equal(end, 0);
    assert.deepEqual(stepsRun(eventsOf(stdout)), [SHORT_STEP]);
  });

  await t.test('a torn record of a step reads as none', async () => {
    const file = built.recordFile(SHORT_STEP);
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 100));
    const { end, stdout } = await cli([...words, '--json'], { project });
    assert.equal(end, 0);
    assert.deepEqual(stepsRun(eventsOf(stdout)), [SHORT_STEP]);
  });
});

async function noTraces(built: BuiltStore, { ofKill }: { readonly ofKill: boolean }): Promise<void> {
  // A killed group is gone when the kernel has come to it.
  const deadline = Date.now() + 20_000;
  while ((await processesNaming(built.cache)).length > 0 && Date.now() < deadline) await sleep(20);
  assert.deepEqual(await processesNaming(built.cache), []);
  assert.deepEqual(
    (await filesBelow(built.dist)).filter((name) => name.endsWith('.part')),
    [],
  );
  // Nobody can tidy up after itself when it was killed: `gc` does.
  if (!ofKill) assert.deepEqual(await readdir(built.temporary).catch(() => []), []);
}

async function setOldTime(file: string): Promise<void> {
  await utimes(file, Date.now() / 1000, 946_684_800);
}
