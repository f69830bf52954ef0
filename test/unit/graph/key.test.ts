import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { Command, Step } from '../../../pipeline/core/step.ts';
import { Graph } from '../../../pipeline/graph/graph.ts';
import { type KeyContext, keyOf } from '../../../pipeline/graph/key.ts';

const COMMAND: Command = { argv: ['sqfstar', '/out/squashfs'], stdin: '/in/tar' };

function toolStep(change: Partial<Step> = {}, command: Command = COMMAND): Step {
  const graph = new Graph();
  const image = graph.add({ kind: 'layer', title: 'tools', action: { type: 'builtin', writer: 'layer', options: {} }, inputs: {}, outputs: { tar: 'tool-image' } }).tar;
  graph.add({ kind: 'squashfs', title: 'squashfs', action: { type: 'tool', image, commands: [command] }, inputs: { tar: { from: 'repository', path: 'x' } }, outputs: { squashfs: 'squashfs' } });
  return { ...graph.step(1 as Step['id']), ...change };
}

const CONTEXT: KeyContext = { inputs: { tar: digestOf('tar') }, image: digestOf('image') };
const KEY = keyOf(toolStep(), CONTEXT);

const CHANGES: readonly (readonly [string, Step, KeyContext])[] = [
  ['an input', toolStep(), { ...CONTEXT, inputs: { tar: digestOf('other') } }],
  ['the name of an input', toolStep(), { ...CONTEXT, inputs: { tarball: digestOf('tar') } }],
  ['the tool image', toolStep(), { ...CONTEXT, image: digestOf('other') }],
  ['an argument', toolStep({}, { ...COMMAND, argv: ['sqfstar', '-b', '1M', '/out/squashfs'] }), CONTEXT],
  ['where standard input comes from', toolStep({}, { argv: COMMAND.argv }), CONTEXT],
  ['an environment variable', toolStep({}, { ...COMMAND, env: { A: 'b' } }), CONTEXT],
  ['the epoch', toolStep({ epoch: 1 }), CONTEXT],
  ['the outputs', toolStep({ outputs: { squashfs: 'squashfs', log: 'text' } }), CONTEXT],
];
for (const [sentence, step, context] of CHANGES) test(`the key changes with ${sentence}`, () => assert.notEqual(keyOf(step, context), KEY));

const SAME: readonly (readonly [string, Step])[] = [
  ['the title', toolStep({ title: 'other words' })],
  ['the limits', toolStep({ limits: { memoryMiB: 1, seconds: 1 } })],
  ['the place in the graph', toolStep({ id: 7 as Step['id'] })],
];
for (const [sentence, step] of SAME) test(`the key does not change with ${sentence}`, () => assert.equal(keyOf(step, CONTEXT), KEY));

test("a built-in step's key holds the writer's code", () => {
  const graph = new Graph();
  graph.add({ kind: 'layer', title: 'layer', action: { type: 'builtin', writer: 'layer', options: { a: 1 } }, inputs: {}, outputs: { tar: 'tar' } });
  const step = graph.step(0 as Step['id']);
  assert.notEqual(keyOf(step, { inputs: {}, code: digestOf('old') }), keyOf(step, { inputs: {}, code: digestOf('new') }));
});
