import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { type ProcessSpec, runProcess } from '../../../pipeline/exec/process.ts';

const spec = (argv: ProcessSpec['argv'], more: Partial<ProcessSpec> = {}): ProcessSpec => ({ argv, env: {}, seconds: 600, signal: new AbortController().signal, ...more });

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield new Uint8Array(1 << 16);
}

test('an abort while the files of a program are still being opened ends it, too', async () => {
  const stop = new AbortController();
  const running = runProcess(spec(['/bin/sleep', '600'], { stdout: '/dev/null', signal: stop.signal }));
  stop.abort();
  await assert.rejects(running, (error) => error instanceof BuildError && error.failures[0].kind === 'interrupted');
});

test('an abort ends a program that is being fed', async () => {
  const stop = new AbortController();
  const running = runProcess(spec(['/bin/cat'], { stdin: endless(), stdout: '/dev/null', signal: stop.signal }));
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(running, (error) => error instanceof BuildError && error.failures[0].kind === 'interrupted');
});

test('the exit code of a program that did not want to be fed is its own', async () => {
  const { code, words } = await runProcess(spec(['/bin/sh', '-c', 'exec <&-; echo no >&2; exit 7'], { stdin: endless() }));
  assert.deepEqual([code, words], [7, 'no\n']);
});

test('a source that breaks is what failed, whatever the program made of it', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(10);
    throw new RangeError('the source broke');
  }
  await assert.rejects(runProcess(spec(['/bin/cat'], { stdin: broken(), stdout: '/dev/null' })), /the source broke/);
});

test('what a program leaves behind holds nobody up', async () => {
  assert.equal((await runProcess(spec(['/bin/sh', '-c', 'sleep 600 & exit 5']))).code, 5);
});
