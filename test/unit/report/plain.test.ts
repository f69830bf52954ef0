import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Digest } from '../../../pipeline/core/digest.ts';
import type { BuildEvent, PlanEvent } from '../../../pipeline/core/event.ts';
import { plainReporter } from '../../../pipeline/report/plain.ts';

const PLAN: PlanEvent = {
  type: 'plan',
  version: 'v1.5.9-dev',
  targets: ['amd64'],
  steps: [
    { id: 1, kind: 'layer', title: 'layer base', state: 'cached' },
    { id: 2, alike: [7], kind: 'squashfs', title: 'squashfs base', state: 'run', milliseconds: 60_000 },
    { id: 3, kind: 'iso', title: 'rancheros.iso', state: 'waits', milliseconds: 20_000 },
  ],
  download: { files: 2, bytes: 4_000_000 },
  storeBytes: 9,
  milliseconds: 80_000,
  isMeasured: true,
};

/** A reporter on a clock that only moves when it is told to. */
function rig() {
  let now = 1000;
  let said = '';
  const calls: { readonly milliseconds: number; readonly call: () => void; next: number }[] = [];
  const stream = { write: (text: string) => (said += text) } as unknown as NodeJS.WriteStream;
  const reporter = plainReporter({
    stdout: stream,
    stderr: stream,
    env: {},
    now: () => now,
    every: (milliseconds, call) => {
      calls.push({ milliseconds, call, next: now + milliseconds });
      return () => calls.splice(0);
    },
  });
  const pass = (seconds: number) => {
    for (const end = now + seconds * 1000; now < end; now += 1000)
      for (const each of calls.filter(({ next }) => next <= now)) {
        each.next += each.milliseconds;
        each.call();
      }
  };
  const lines = () => {
    const text = said;
    said = '';
    return text.split('\n').slice(0, -1);
  };
  return { reporter, pass, lines, report: (...events: readonly BuildEvent[]) => events.forEach(reporter.report) };
}

const end = (id: number, title: string, milliseconds: number): BuildEvent => ({
  type: 'step-end',
  id,
  kind: 'x',
  title,
  cached: false,
  key: `sha256:${'0'.repeat(64)}` as Digest,
  milliseconds,
  outputs: {},
});

test('a step that takes long is named every 15 seconds, with its beginning, and with what is done and left', () => {
  const { report, pass, lines } = rig();
  report(PLAN);
  assert.deepEqual(lines(), ['[  0.0 s] 1 steps to run, up to 1 more depend on their bytes, 1 of 3 cached; 2 files (4.0 MB) to fetch; about 1 min 20 s']);
  pass(4);
  report({ type: 'step-start', id: 7, title: 'squashfs base' });
  pass(10);
  assert.deepEqual(lines(), [], 'not before it is long');
  pass(20);
  assert.deepEqual(lines(), ['[   30 s] running for 26 s, since [  4.0 s]: squashfs base', '[   30 s] 0 of 2 steps, 32 %, about 54 s left']);
  pass(30);
  assert.deepEqual(
    lines().filter((line) => line.includes('running')),
    ['[   45 s] running for 41 s, since [  4.0 s]: squashfs base', '[1 min 00 s] running for 56 s, since [  4.0 s]: squashfs base'],
  );
  report(end(7, 'squashfs base', 60_000));
  assert.deepEqual(lines(), ['[1 min 04 s] squashfs base (1 min 00 s) – 1 of 2 steps, 75 %, about 20 s left']);
  pass(40);
  assert.deepEqual(lines(), [], 'nothing runs');
});

test('a download that takes long is named with what has come of it', () => {
  const { report, pass, lines } = rig();
  report({ ...PLAN, steps: [] }, { type: 'download-start', name: 'linux-image', bytes: 8_000_000 });
  lines();
  pass(2);
  report({ type: 'download-progress', name: 'linux-image', received: 1_000_000, bytes: 8_000_000 });
  pass(20);
  assert.deepEqual(lines(), ['[   15 s] downloading for 15 s, since [  0.0 s]: linux-image (1.0 MB of 8.0 MB)']);
});

test('of many failed steps five are named, the others counted at the end', async () => {
  const { reporter, report, lines } = rig();
  for (let id = 0; id < 184; id++) report({ type: 'step-failed', id, title: `unpack ${id}`, failure: { kind: 'network', message: 'gone' } });
  await reporter.close();
  assert.deepEqual(lines(), [...[0, 1, 2, 3, 4].map((id) => `failed: unpack ${id}`), 'failed: 179 further steps']);
});
