import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { PackagePin } from '../../../pipeline/core/step.ts';
import { estimate } from '../../../pipeline/plan/estimate.ts';
import type { PlannedStep } from '../../../pipeline/plan/planned-step.ts';

const step = (id: number, title: string, state: PlannedStep['state'], more: Partial<PlannedStep> = {}): PlannedStep => ({
  id,
  title,
  kind: 'squashfs',
  state,
  inputs: {},
  epoch: 0,
  outputs: ['x'],
  ...more,
});
const pin: PackagePin = { from: 'debian', name: 'sudo', version: '1', arch: 'amd64', archive: 'debian', path: 'pool/sudo', size: 1_000_000, digest: digestOf('sudo') };
const STEPS = [step(0, 'layer', 'cached'), step(1, 'squashfs', 'run'), step(2, 'squashfs', 'run', { sameAs: 1 }), step(3, 'iso', 'waits')];

test('what steps took before is what they take, on all processors, and what is the same is counted once', () => {
  const costs = { squashfs: { milliseconds: 60_000, bytes: 5_000_000 }, iso: { milliseconds: 20_000, bytes: 7_000_000 } };
  const { costs: own, ...rest } = estimate({ steps: STEPS, downloads: [pin] }, costs, 2);
  assert.deepEqual(rest, {
    steps: { total: 3, cached: 1, remote: 0, run: 1, waits: 1 },
    download: { files: 1, bytes: 1_000_000 },
    storeBytes: 13_000_000,
    milliseconds: 60_000,
    isMeasured: true,
  });
  assert.deepEqual([...own.keys()], [1, 3]);
  assert.equal(estimate({ steps: STEPS, downloads: [] }, costs, 1).milliseconds, 80_000);
});

test('on an empty store the growth is guessed from the download, and said to be a guess', () => {
  const { storeBytes, isMeasured } = estimate({ steps: STEPS, downloads: [pin] }, {}, 2);
  assert.deepEqual([storeBytes, isMeasured], [12_000_000, false]);
});

test('where nothing runs nothing is taken', () => {
  const { milliseconds, storeBytes, isMeasured } = estimate({ steps: [step(0, 'layer', 'cached')], downloads: [] }, {}, 2);
  assert.deepEqual([milliseconds, storeBytes, isMeasured], [0, 0, true]);
});
