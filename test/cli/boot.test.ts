import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { acceleratorOfRun } from '../rig/accelerator.ts';
import { processesNaming } from '../rig/processes.ts';
import { projectFolder } from '../rig/project.ts';
import { toolRoot } from '../rig/tools.ts';
import { startCli, temporaryFolder } from './cli.ts';

/** Folder for everything temporary of one run. What is left in it or names it was left behind. */
async function ownTemporary(folder: string, name: string): Promise<string> {
  const place = path.join(folder, name);
  await mkdir(place);
  return place;
}

async function assertNothingLeft(temporary: string): Promise<void> {
  // A killed group is gone when the kernel has come to it.
  const deadline = Date.now() + 10_000;
  while ((await processesNaming(temporary)).length > 0 && Date.now() < deadline) await sleep(50);
  assert.deepEqual(await processesNaming(temporary), []);
  assert.deepEqual(await readdir(temporary), []);
}

test('a machine ends with the command that started it', async (t) => {
  const folder = await temporaryFolder(t);
  // A probe takes ten seconds where KVM does not work; that the command makes one is shown by test/boot/boot-command.test.ts.
  const accelerator = (await acceleratorOfRun(await toolRoot('qemu'))).accelerator;
  const words = (temporary: string) => ['--target', 'amd64', '--kernel', '--memory', '512', '--append', `started-in=${temporary}`];

  await t.test('npm run boot | head: when nobody reads the console any more', async () => {
    const temporary = await ownTemporary(folder, 'head');
    const script = 'npm run --silent boot -- "$@" | head -n 3';
    const { stdout, stderr } = await new Promise<{ readonly stdout: string; readonly stderr: string }>((resolve, reject) => {
      const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: temporary, RANCHEROS_ACCEL: accelerator };
      delete env['NODE_TEST_CONTEXT'];
      execFile('sh', ['-c', script, 'sh', ...words(temporary)], { cwd: projectFolder, env }, (error, stdout, stderr) => (error ? reject(error) : resolve({ stdout, stderr })));
    });
    assert.equal(stdout.trimEnd().split('\n').length, 3);
    assert.match(stderr, /Nobody reads the console any more: the machine is switched off/);
    await assertNothingLeft(temporary);
  });

  for (const [signal, end] of [
    ['SIGINT', 130],
    ['SIGHUP', 130],
    ['SIGKILL', 'SIGKILL'],
  ] as const) {
    await t.test(`on ${signal}`, async () => {
      const temporary = await ownTemporary(folder, signal);
      const running = startCli(['boot', ...words(temporary)], { env: { TMPDIR: temporary, RANCHEROS_ACCEL: accelerator } });
      await running.until(/Linux version/);
      assert.ok((await processesNaming(temporary)).some((line) => line.includes('qemu-system')));
      running.child.kill(signal);
      assert.equal((await running.result).end, end);
      if (signal === 'SIGKILL') {
        // Nobody can tidy up after itself then; the machine ends all the same, and the next command takes the folders away.
        while ((await processesNaming(temporary)).length > 0) await sleep(50);
        await startCli(['boot', '--dry-run', ...words(temporary)], { env: { TMPDIR: temporary, RANCHEROS_ACCEL: accelerator } }).result;
      }
      await assertNothingLeft(temporary);
    });
  }
});
