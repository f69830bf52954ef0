import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { Json } from '../../../pipeline/core/json.ts';
import { counterpart, keyChanges } from '../../../pipeline/plan/difference.ts';
import type { PlannedInput, PlannedStep } from '../../../pipeline/plan/planned-step.ts';

const deb = (name: string, version: string): PlannedInput => ({ from: 'debian', name, version, arch: 'amd64', digest: digestOf(`${name} ${version}`) });
const made = (title: string, bytes?: string): PlannedInput => ({ from: 'step', title, output: 'tar', digest: bytes === undefined ? undefined : digestOf(bytes) });

function step(change: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id: 1,
    title: 'layer base',
    kind: 'layer',
    state: 'run',
    key: digestOf(JSON.stringify(change)),
    inputs: { 'tar/0': deb('bash', '5.2'), 'tar/1': made('unpack sudo', 'a'), overlay: { from: 'repository', path: 'overlays/system', digest: digestOf('o') } },
    writer: { name: 'layer', code: digestOf('code'), options: { packages: ['bash', 'sudo'], deep: { keep: ['a', { b: 1 }] } } },
    epoch: 1,
    outputs: ['tar'],
    ...change,
  };
}
const options = (value: Json): PlannedStep['writer'] => ({ name: 'layer', code: digestOf('code'), options: value });
const BASE = step();

const CASES: readonly (readonly [sentence: string, after: PlannedStep, changes: readonly (readonly [what: string, name: string, before?: string | undefined, after?: string | undefined])[]])[] = [
  ['a package of another version', step({ inputs: { ...BASE.inputs, 'tar/0': deb('bash', '5.3') } }), [['package', 'bash (amd64)', '5.2', '5.3']]],
  [
    'a package that is new moves the others, and only it is named',
    step({ inputs: { 'tar/0': deb('apt', '3'), 'tar/1': deb('bash', '5.2'), 'tar/2': made('unpack sudo', 'a'), overlay: BASE.inputs['overlay'] as PlannedInput } }),
    [['package', 'apt (amd64)', undefined, '3']],
  ],
  ['a package that is gone', step({ inputs: { 'tar/0': made('unpack sudo', 'a'), overlay: BASE.inputs['overlay'] as PlannedInput } }), [['package', 'bash (amd64)', '5.2', undefined]]],
  ['bytes of another step', step({ inputs: { ...BASE.inputs, 'tar/1': made('unpack sudo', 'b') } }), [['bytes', 'unpack sudo: tar', digestOf('a'), digestOf('b')]]],
  ['bytes that are not known yet', step({ inputs: { ...BASE.inputs, 'tar/1': made('unpack sudo') } }), [['bytes', 'unpack sudo: tar', digestOf('a'), undefined]]],
  [
    'a directory of the repository',
    step({ inputs: { ...BASE.inputs, overlay: { from: 'repository', path: 'overlays/system', digest: digestOf('p') } } }),
    [['file', 'overlays/system', digestOf('o'), digestOf('p')]],
  ],
  ['the code of the writer', step({ writer: { name: 'layer', code: digestOf('new'), options: BASE.writer?.options as Json } }), [['writer-code', 'layer', digestOf('code'), digestOf('new')]]],
  ['an element of a list', step({ writer: options({ packages: ['bash', 'vim', 'sudo'], deep: { keep: ['a', { b: 1 }] } }) }), [['option', 'packages[]', undefined, '"vim"']]],
  ['a value deep inside', step({ writer: options({ packages: ['bash', 'sudo'], deep: { keep: ['a', { b: 2 }] } }) }), [['option', 'deep.keep[1].b', '1', '2']]],
  ['an order', step({ writer: options({ packages: ['sudo', 'bash'], deep: { keep: ['a', { b: 1 }] } }) }), [['option', 'packages', 'one order', 'another order']]],
  ['a timestamp', step({ epoch: 2 }), [['epoch', 'epoch', '1', '2']]],
  ['nothing', step(), []],
];
for (const [sentence, after, changes] of CASES) {
  test(`what changed in a key: ${sentence}`, () => {
    assert.deepEqual(
      keyChanges(BASE, after).map(({ what, name, before, after: now }) => [what, name, before, now]),
      changes.map(([what, name, before, now]) => [what, name, before, now]),
    );
  });
}

test('of several steps with one title the most similar is compared with', () => {
  const arm = step({ inputs: { 'tar/0': { ...deb('bash', '5.2'), arch: 'arm64' } as PlannedInput } });
  assert.equal(counterpart(step({ inputs: { ...BASE.inputs, 'tar/0': deb('bash', '5.3') } }), [arm, BASE]), BASE);
  assert.equal(counterpart(step({ title: 'layer engine' }), [arm, BASE]), undefined);
});

test('another program of a tool is named, and another tool image', () => {
  const tool = (level: string, image: string): PlannedStep => ({ ...step({ commands: [{ argv: ['gzip', level] }], image: made('tool image tools', image) }), key: digestOf(level + image) });
  assert.deepEqual(
    keyChanges(tool('-6', 'x'), tool('-9', 'y')).map(({ what, name, before, after }) => [what, name, before, after]),
    [
      ['tool-image', 'tool image tools: tar', digestOf('x'), digestOf('y')],
      ['command', 'commands[0].argv[]', '"-6"', undefined],
      ['command', 'commands[0].argv[]', undefined, '"-9"'],
    ],
  );
});
