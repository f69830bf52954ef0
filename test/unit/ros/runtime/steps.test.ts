import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sentenceOf } from '../../../../overlays/ros/runtime/sentence.ts';
import { eachStep, guard } from '../../../../overlays/ros/runtime/steps.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { machine } from '../machine.ts';

const broken = (): never => (undefined as unknown as { readonly forEach: () => never }).forEach();

test('a step that fails by any error is told, and the others are taken', () => {
  const system = machine();
  const taken: number[] = [];
  const status = eachStep(system, [
    () => void taken.push(1),
    () => {
      throw new Failure('the disk is full');
    },
    broken,
    () => {
      throw 'a text';
    },
    () => void taken.push(2),
  ]);
  assert.equal(status, 1);
  assert.deepEqual(taken, [1, 2]);
  const log = readFileSync(join(system.root, 'dev/kmsg'), 'utf8').trim().split('\n');
  assert.equal(log.length, 3);
  assert.equal(log[0], '<3>ros: the disk is full');
  assert.match(log[1] ?? '', /^<3>ros: ros has a fault of its own here \(TypeError: .*, at [^)]*broken.*\); please report this sentence$/);
  assert.match(log[2] ?? '', /\(a text\)/);
});

test('steps that all succeed end with 0', () => {
  assert.equal(eachStep(machine(), [() => undefined, () => false]), 0);
});

test('what fails gives way to what takes its place', () => {
  const system = machine();
  assert.equal(
    guard(system, () => 'found', 'instead'),
    'found',
  );
  assert.equal(guard(system, broken, 'instead', 'rancher.console: '), 'instead');
  assert.match(readFileSync(join(system.root, 'dev/kmsg'), 'utf8'), /^<3>ros: rancher\.console: ros has a fault of its own/);
});

test('of a fault there is one line, without its stack', () => {
  try {
    broken();
  } catch (error) {
    assert.doesNotMatch(sentenceOf(error), /\n/);
  }
});
