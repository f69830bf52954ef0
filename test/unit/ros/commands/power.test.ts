import assert from 'node:assert/strict';
import { test } from 'node:test';
import { os } from '../../../../overlays/ros/commands/os.ts';
import { end, shutdown } from '../../../../overlays/ros/commands/power.ts';
import { machine } from '../machine.ts';

const PIPE = '/run/ros/power';

const SHUTDOWNS: readonly (readonly [readonly string[], string])[] = [
  [[], 'poweroff'],
  [['now'], 'poweroff'],
  [['-r', 'now'], 'reboot'],
  [['-H'], 'halt'],
  [['-h', '-P', '+0', 'the host', '-r'], 'poweroff'],
];
for (const [args, action] of SHUTDOWNS) {
  test(`shutdown ${args.join(' ')} is ${action}`, () => {
    const system = machine();
    assert.equal(shutdown(system, args), 0);
    assert.equal(system.readText(PIPE), `${action}\n`);
  });
}

test('shutdown at another time is refused, and nothing ends', () => {
  const system = machine();
  assert.equal(shutdown(system, ['-h', 'tomorrow']), 2);
  assert.match(system.complained.join('\n'), /tomorrow is neither an option nor now/);
  assert.equal(system.readText(PIPE), undefined);
});

test('who asks reboot, poweroff, halt or shutdown for help does not end the machine', () => {
  const system = machine();
  for (const action of ['reboot', 'poweroff', 'halt'] as const) assert.equal(end(system, action, ['--help']), 0);
  assert.equal(shutdown(system, ['--help']), 0);
  assert.equal(system.printed.length, 4);
  assert.equal(system.readText(PIPE), undefined);
  assert.equal(end(system, 'reboot', ['-f']), 0);
  assert.equal(system.readText(PIPE), 'reboot\n');
});

test('os upgrade, which is no more, says what there is in its place', () => {
  assert.throws(() => os(machine(), ['upgrade']), /upgrade is gone.*ros install/);
});
