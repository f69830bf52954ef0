import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidates } from '../../../pipeline/cli/candidates.ts';
import type { Command } from '../../../pipeline/cli/command.ts';

const command = (name: string, more: Partial<Command> = {}): Command => ({ name, summary: `to ${name}`, usage: '', about: '', options: {}, run: async () => 0, ...more });
const KNOWN = {
  commands: [
    command('build', {
      words: 'targets',
      options: {
        target: { type: 'string', multiple: true, value: 'NAME', help: 'a target' },
        all: { type: 'boolean', help: 'all' },
        dist: { type: 'string', value: 'DIR', help: 'where' },
        executor: { type: 'string', value: 'NAME', help: 'which' },
      },
    }),
    command('boot'),
    command('pins', { words: ['update', 'check'] }),
  ],
  targets: [
    { word: 'amd64', help: 'a PC' },
    { word: 'arm64', help: 'an Arm machine' },
  ],
  executors: ['auto', 'bwrap'],
};
const words = (...line: readonly string[]) => candidates(line, KNOWN).map(({ word }) => word);

const CASES: readonly (readonly [line: readonly string[], completed: readonly string[]])[] = [
  [['b'], ['build', 'boot']],
  [[''], ['build', 'boot', 'pins']],
  [
    ['build', 'a'],
    ['amd64', 'arm64'],
  ],
  [['build', '--target', 'am'], ['amd64']],
  [['build', '--target', '=', 'am'], ['amd64']],
  [
    ['build', '--target', '='],
    ['amd64', 'arm64'],
  ],
  [['build', '--target=am'], ['--target=amd64']],
  [
    ['build', '--executor', ''],
    ['auto', 'bwrap'],
  ],
  [['build', '--dist', 'x'], []],
  [
    ['build', '--all', '-'],
    ['--target', '--dist', '--executor', '--help'],
  ],
  [['build', '--target', 'amd64', '--t'], ['--target']],
  [['build', '--dist=x', '--d'], []],
  [['build', '--all', 'ar'], ['arm64']],
  [['pins', 'up'], ['update']],
  [['boot', 'x'], []],
  [['unknown', ''], []],
  [['build', '--unknown', 'am'], ['amd64']],
];
for (const [line, completed] of CASES) test(`${JSON.stringify(line)} is completed to ${completed.join(', ') || 'nothing'}`, () => assert.deepEqual(words(...line), completed));

test('each has its meaning', () => {
  assert.deepEqual(candidates(['build', '--al'], KNOWN), [{ word: '--all', help: 'all' }]);
  assert.deepEqual(candidates(['pi'], KNOWN), [{ word: 'pins', help: 'to pins' }]);
});
