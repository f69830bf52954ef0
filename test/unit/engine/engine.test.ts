import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { BuildEvent } from '../../../pipeline/core/event.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import type { Executor, Fetcher, RunRequest } from '../../../pipeline/core/ports.ts';
import type { Artifact, Input, InputRef } from '../../../pipeline/core/step.ts';
import { Engine } from '../../../pipeline/engine/engine.ts';
import { Graph } from '../../../pipeline/graph/graph.ts';
import { FileActionCache } from '../../../pipeline/store/actions.ts';
import { FileBlobStore } from '../../../pipeline/store/blobs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'engine-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a fake executor does for a step: the text of its output `out`, from the texts of its inputs. */
type Behaviour = (inputs: { readonly [name: string]: string }, request: RunRequest) => Promise<string | undefined> | string | undefined;

/** An engine on a real store, with an executor that runs functions by the step's title and counts them. */
function rig(behaviours: { readonly [title: string]: Behaviour }, files: { readonly [path: string]: string } = {}) {
  const graph = new Graph();
  const store = new FileBlobStore({ folder: path.join(folder, 'blobs') });
  const ran: string[] = [];
  const fetched: string[] = [];
  const events: BuildEvent[] = [];
  const stop = new AbortController();
  const executor = (name: string): Executor => ({
    name,
    isolated: name !== 'wide-open',
    async run(request) {
      ran.push(request.title);
      const texts: { [name: string]: string } = {};
      for (const [name, { digest, path: file }] of Object.entries(request.inputs)) {
        texts[name] = await readFile(file, 'utf8');
        assert.equal(digest, digestOf(texts[name]), 'an executor is told what an input is, besides where it lies');
      }
      const text = await behaviours[request.title]?.(texts, request);
      if (text !== undefined) await writeFile(path.join(request.outFolder, 'out'), text);
    },
  });
  const fetcher: Fetcher = {
    async fetch(input: Input) {
      const name = input.from === 'repository' ? input.path : input.name;
      fetched.push(name);
      return store.put(asStream(files[name] ?? ''));
    },
  };
  const engine = (tools = 'bwrap') =>
    new Engine({
      graph,
      store,
      fetcher,
      builtinExecutor: executor('builtin'),
      toolExecutor: async () => executor(tools),
      actions: new FileActionCache(path.join(folder, 'actions')),
      writerCode: { fake: digestOf('code') },
      parallel: 2,
      failFast: false,
      report: (event) => void events.push(event),
      signal: stop.signal,
    });
  const step = (title: string, inputs: { readonly [name: string]: InputRef } = {}, options: object = {}): Artifact =>
    graph.add({ kind: 'fake', title, action: { type: 'builtin', writer: 'fake', options: { name: title, ...options } }, inputs, outputs: { out: 'text' } }).out;
  const textOf = async (artifact: Artifact) => readFile(store.pathOf((await engine().build(artifact)).digest), 'utf8');
  return { graph, store, ran, fetched, events, stop, engine, step, textOf };
}

async function* asStream(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

test('a step runs after what it needs, once, however many want it', async () => {
  const { step, textOf, ran } = rig({ base: () => 'b', left: ({ base }) => `l${base}`, right: ({ base }) => `r${base}`, top: ({ left, right }) => `${left}${right}` });
  const base = step('base');
  const top = step('top', { left: step('left', { base }), right: step('right', { base }) });
  assert.equal(await textOf(top), 'lbrb');
  assert.deepEqual([...ran].sort(), ['base', 'left', 'right', 'top']);
  assert.equal(ran.at(-1), 'top');
});

test('a second run reuses everything', async () => {
  const { step, textOf, ran } = rig({ one: () => '1', two: ({ one }) => `${one}2` });
  const two = step('two', { one: step('one') });
  await textOf(two);
  await textOf(two);
  assert.deepEqual(ran, ['one', 'two']);
});

test('a rebuild that gives the same bytes stops there', async () => {
  const { step, textOf, ran } = rig({ one: () => 'same', two: ({ one }) => `${one}!` });
  await textOf(step('two', { one: step('one', {}, { comment: 1 }) }));
  await textOf(step('two', { one: step('one', {}, { comment: 2 }) }));
  assert.deepEqual(ran, ['one', 'two', 'one']);
});

test('two equal steps under different titles run once', async () => {
  const { engine, step, ran } = rig({ first: () => 'x', second: () => 'x' });
  const both = engine();
  const [a, b] = await Promise.all([both.build(step('first', {}, { name: 'same' })), both.build(step('second', {}, { name: 'same' }))]);
  assert.equal(a.digest, b.digest);
  assert.equal(ran.length, 1);
});

test('nothing is downloaded for a step that is reused', async () => {
  const { step, textOf, fetched, store } = rig({ unpack: ({ package: text }) => `unpacked ${text}` }, { bash: 'a package' });
  const pin: Input = { from: 'debian', name: 'bash', version: '5', arch: 'amd64', archive: 'debian', path: 'pool/bash.deb', size: 9, digest: digestOf('a package') };
  const artifact = step('unpack', { package: pin });
  assert.equal(await textOf(artifact), 'unpacked a package');
  await rm(store.pathOf(pin.digest), { force: true });
  assert.equal(await textOf(artifact), 'unpacked a package');
  assert.deepEqual(fetched, ['bash']);
});

test('a step whose result was damaged in the store runs again', async () => {
  const first = rig({ one: () => 'good' });
  const { digest } = await first.engine().build(first.step('one'));
  await rm(first.store.pathOf(digest), { force: true });
  await writeFile(first.store.pathOf(digest), 'evil');
  const second = rig({ one: () => 'good' });
  assert.equal(await second.textOf(second.step('one')), 'good');
  assert.deepEqual(second.ran, ['one']);
});

test('a step that ends well without its output fails by name', async () => {
  const { step, engine } = rig({ lazy: () => undefined });
  await assert.rejects(engine().build(step('lazy')), /"lazy" ended well but left no output named "out"/);
});

test('a failed step is reported once, is not remembered, and stops only what stands on it', async () => {
  let broken = true;
  const { step, engine, textOf, events } = rig({
    bad: () => {
      if (broken) throw new BuildError({ kind: 'step', message: 'it broke' });
      return 'mended';
    },
    above: ({ bad }) => `on ${bad}`,
    other: () => 'fine',
  });
  const bad = step('bad');
  const above = step('above', { bad });
  const run = engine();
  const [first, second] = await Promise.allSettled([run.build(above), run.build(step('other'))]);
  assert.equal(first.status, 'rejected');
  assert.equal(second.status, 'fulfilled');
  assert.equal(events.filter((event) => event.type === 'step-failed').length, 1);
  broken = false;
  assert.equal(await textOf(above), 'on mended');
});

test('an abort ends the run as interrupted', async () => {
  const { step, engine, stop } = rig({ one: () => '1' });
  stop.abort();
  await assert.rejects(engine().build(step('one')), (error) => error instanceof BuildError && error.failures[0].kind === 'interrupted');
});

/** A step that runs a tool. */
function toolStep({ graph, step }: ReturnType<typeof rig>, title: string): Artifact {
  const image = step('image') as Artifact<'tool-image'>;
  return graph.add({ kind: 'fake', title, action: { type: 'tool', image, commands: [{ argv: [title] }] }, inputs: {}, outputs: { out: 'text' } }).out;
}

test('what ran without isolation is kept apart: an isolated build makes it anew, and each finds its own again', async () => {
  let made = 'from a wide-open machine';
  const all = rig({ image: () => 'image', tool: () => made });
  const tool = toolStep(all, 'tool');
  const text = async (executor: string) => readFile(all.store.pathOf((await all.engine(executor).build(tool)).digest), 'utf8');
  assert.equal(await text('wide-open'), 'from a wide-open machine');
  assert.equal(await text('wide-open'), 'from a wide-open machine');
  assert.deepEqual(all.ran, ['image', 'tool'], 'the second build without isolation reuses what the first made');
  made = 'from a sandbox';
  assert.equal(await text('bwrap'), 'from a sandbox');
  assert.equal(await text('bwrap'), 'from a sandbox');
  assert.equal(await text('wide-open'), 'from a sandbox', 'what is isolated serves everybody');
  assert.deepEqual(all.ran, ['image', 'tool', 'tool']);
});

test('a record of an unisolated run under the key of an isolated one, as older versions left it, is not trusted', async () => {
  const all = rig({ image: () => 'image', tool: () => 'good' });
  const tool = toolStep(all, 'tool');
  await all.engine('bwrap').build(tool);
  const end = all.events.find((event) => event.type === 'step-end' && event.title === 'tool');
  assert.ok(end?.type === 'step-end');
  await new FileActionCache(path.join(folder, 'actions')).set(end.key, { title: 'tool', executor: 'none', isolated: false, outputs: end.outputs });
  await all.engine('bwrap').build(tool);
  assert.deepEqual(all.ran, ['image', 'tool', 'tool']);
});
