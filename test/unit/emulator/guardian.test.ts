import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { GUARDIAN_PROGRAM } from '../../../pipeline/emulator/guardian.ts';

/** A process that starts a guardian the way we do, tells the guarded process's number, and then does nothing. */
const PARENT = `
const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(GUARDIAN_PROGRAM)}, '--', '0', '/bin/sh', '-c', 'echo $$; exec sleep 600'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
child.stdout.pipe(process.stdout);
setInterval(() => undefined, 1000);
`;

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 600; tries++) {
    if (!existsSync(`/proc/${pid}`)) return true;
    await sleep(50);
  }
  return false;
}

test('a guarded process ends when whoever started it is killed without a chance to clean up', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const guarded = Number(line.toString('utf8'));
  assert.ok(existsSync(`/proc/${guarded}`));
  parent.kill('SIGKILL');
  assert.ok(await gone(guarded), `process ${guarded} outlived its parent`);
});

test('the exit code of a guarded process is handed on', async () => {
  const guardian = spawn(process.execPath, ['-e', GUARDIAN_PROGRAM, '--', '0', '/bin/sh', '-c', 'exit 7'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const [code] = (await once(guardian, 'exit')) as [number];
  assert.equal(code, 7);
});

test('of a guarded process that crashes the signal is told', async () => {
  const guardian = spawn(process.execPath, ['-e', GUARDIAN_PROGRAM, '--', '0', '/bin/sh', '-c', 'kill -SEGV $$'], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  guardian.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString('utf8');
  });
  const [code] = (await once(guardian, 'close')) as [number];
  assert.equal(code, 137);
  assert.equal(said, 'killed by SIGSEGV\n');
});
