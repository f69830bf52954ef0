import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { BuildEvent } from '../../../pipeline/core/event.ts';
import type { Executor } from '../../../pipeline/core/ports.ts';
import type { Artifact, InputRef } from '../../../pipeline/core/step.ts';
import { Engine } from '../../../pipeline/engine/engine.ts';
import { createHttp } from '../../../pipeline/fetch/http.ts';
import { Graph } from '../../../pipeline/graph/graph.ts';
import { forecast } from '../../../pipeline/plan/forecast.ts';
import type { AnswerLimits } from '../../../pipeline/remote/client.ts';
import { layRemoteCache } from '../../../pipeline/remote/remote-cache.ts';
import { FileActionCache } from '../../../pipeline/store/actions.ts';
import { FileBlobStore } from '../../../pipeline/store/blobs.ts';
import { isSound, startCacheServer } from './cache-server.ts';

/** A loaded machine is slow to answer itself. */
const PATIENT = { answer: 60_000, perByte: 0, slow: 60_000 };
const IMPATIENT = { ...PATIENT, answer: 300 };
/** What each step writes; the salt of an earlier machine changes what it wrote. */
const WRITERS: { readonly [title: string]: (inputs: { readonly [name: string]: string }) => string } = {
  words: () => 'words',
  sentence: ({ words }) => `a sentence of ${words}`,
  page: ({ sentence }) => `a page of ${sentence}`,
};

interface MachineOptions {
  readonly origin: string;
  readonly isFilled?: boolean;
  readonly isRead?: boolean;
  readonly isIsolated?: boolean;
  readonly folder?: string;
  readonly authorization?: string;
  readonly limits?: AnswerLimits;
}

/** A machine with an empty store that builds a page of three steps. */
async function machine(t: TestContext, { origin, isFilled = false, isRead = true, isIsolated = true, folder, authorization, limits = PATIENT }: MachineOptions) {
  const own = folder ?? (await mkdtemp(path.join(os.tmpdir(), 'remote-')));
  t.after(() => rm(own, { recursive: true, force: true }));
  const ran: string[] = [];
  const events: BuildEvent[] = [];
  const local = new FileBlobStore({ folder: path.join(own, 'blobs') });
  const http = createHttp({ environment: {}, timeouts: { connect: 60_000, headers: 60_000, body: 60_000 } });
  t.after(() => http.close());
  const { signal } = new AbortController();
  const report = (event: BuildEvent) => void events.push(event);
  const actions = new FileActionCache(path.join(own, 'actions'), { refusesRemote: !isRead });
  const remote = layRemoteCache({ address: { url: origin, authorization }, isRead, isFilled, store: local, actions, http, report, signal, limits });
  const executor: Executor = {
    name: 'test',
    isolated: isIsolated,
    async run(request) {
      ran.push(request.title);
      const texts: { [name: string]: string } = {};
      for (const [name, file] of Object.entries(request.inputs)) texts[name] = await readFile(file.path, 'utf8');
      await writeFile(path.join(request.outFolder, 'out'), WRITERS[request.title]?.(texts) ?? '');
    },
  };
  const graph = new Graph();
  const step = (title: string, inputs: { readonly [name: string]: InputRef } = {}): Artifact =>
    graph.add({ kind: 'fake', title, action: { type: 'builtin', writer: 'fake', options: { title } }, inputs, outputs: { out: 'text' } }).out;
  const words = step('words');
  const page = step('page', { sentence: step('sentence', { words }) });
  const writerCode = { fake: digestOf('code') };
  const fetcher = { fetch: () => Promise.reject(new Error('nothing is downloaded here')) };
  const { store } = remote;
  const engine = new Engine({
    graph,
    store,
    actions: remote.actions,
    fetcher,
    writerCode,
    builtinExecutor: executor,
    toolExecutor: async () => executor,
    parallel: 2,
    failFast: false,
    report,
    signal,
  });
  return {
    folder: own,
    ran,
    remote,
    local,
    warnings: () => events.flatMap((event) => (event.type === 'note' && event.level === 'warning' ? [event.message] : [])),
    build: async () => {
      const { digest } = await engine.build(page);
      const uploaded = await remote.finishUploads();
      return { text: await readFile(local.pathOf(digest), 'utf8'), uploaded };
    },
    plan: () => forecast([page], { graph, store, actions: remote.actions, writerCode, fetch: fetcher.fetch, isUnisolated: false }),
  };
}

const PAGE = 'a page of a sentence of words';

/** A server that another machine has filled. `lie` begins when all is there. */
async function filled(t: TestContext, lie: (request: IncomingMessage, response: ServerResponse, files: ReadonlyMap<string, Buffer>) => boolean = () => false, options: Partial<MachineOptions> = {}) {
  let isLying = false;
  const server = await startCacheServer((...about) => isLying && lie(...about));
  t.after(() => server.close());
  const { build } = await machine(t, { origin: server.origin, isFilled: true, ...options });
  const { uploaded } = await build();
  isLying = true;
  server.requests.length = 0;
  return { ...server, uploaded };
}

test('a machine with an empty store runs nothing where the cache was filled, and fetches only the bytes that it publishes', async (t) => {
  const { origin, files, requests, uploaded } = await filled(t);
  assert.equal(uploaded?.results, 3);
  assert.ok(isSound(files));
  const { build, ran, plan } = await machine(t, { origin });
  assert.deepEqual(
    (await plan()).steps.map(({ state, isRemote }) => [state, isRemote]),
    Array.from({ length: 3 }, () => ['cached', true]),
  );
  assert.equal((await build()).text, PAGE);
  assert.deepEqual(ran, []);
  assert.deepEqual(requests.map((request) => request.slice(0, 8)).sort(), ['GET /ac/', 'GET /ac/', 'GET /ac/', 'GET /cas']);
});

test('a second build takes what the first one was promised without asking for the results again', async (t) => {
  const { origin, requests } = await filled(t);
  const first = await machine(t, { origin });
  await first.build();
  requests.length = 0;
  const { build, ran } = await machine(t, { origin, folder: first.folder });
  assert.equal((await build()).text, PAGE);
  assert.deepEqual([ran, requests], [[], []]);
});

test('a step that has to run gets the bytes of the steps before it from the cache', async (t) => {
  // The last result alone is lost: its step runs on bytes that this machine never had.
  const lossy = await filled(t, (request, response, files) => {
    const isPage =
      files
        .get(request.url ?? '')
        ?.toString()
        .includes('"page"') === true;
    if (isPage) response.writeHead(404).end();
    return isPage;
  });
  const other = await machine(t, { origin: lossy.origin });
  assert.equal((await other.build()).text, PAGE);
  assert.deepEqual(other.ran, ['page']);
});

const cas = (request: IncomingMessage): boolean => request.url?.startsWith('/cas/') === true;
const ac = (request: IncomingMessage): boolean => request.url?.startsWith('/ac/') === true;

function endless(bytes: Buffer, response: ServerResponse): void {
  const timer = setInterval(() => response.write(bytes), 1);
  response.once('close', () => clearInterval(timer));
}

for (const [sentence, answer, limits = PATIENT] of [
  ['are missing', (_bytes: Buffer, response: ServerResponse) => response.writeHead(404).end()],
  ['have a wrong bit', (bytes: Buffer, response: ServerResponse) => response.end(Buffer.concat([Buffer.from([(bytes[0] ?? 0) ^ 1]), bytes.subarray(1)]))],
  ['are cut off', (bytes: Buffer, response: ServerResponse) => response.end(bytes.subarray(1))],
  ['have no end', (bytes: Buffer, response: ServerResponse) => endless(bytes, response)],
  ['are a page of a proxy', (_bytes: Buffer, response: ServerResponse) => response.end('<html>log in first</html>')],
  ['never come', () => undefined, IMPATIENT],
  ['break off', (bytes: Buffer, response: ServerResponse) => response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(1), () => response.destroy())],
  ['are an error of the server', (_bytes: Buffer, response: ServerResponse) => response.writeHead(500).end()],
] as const) {
  test(`a result whose bytes ${sentence} counts as none: its step runs here, and the build is the same`, async (t) => {
    const { origin } = await filled(t, (request, response, files) => {
      if (cas(request)) answer(files.get(request.url ?? '') ?? Buffer.alloc(0), response);
      return cas(request);
    });
    const { build, ran, warnings } = await machine(t, { origin, limits });
    assert.equal((await build()).text, PAGE);
    assert.deepEqual(ran, ['words', 'sentence', 'page']);
    assert.ok(warnings().length >= 1 && warnings().length <= 3, warnings().join('\n'));
    assert.equal(new Set(warnings()).size, warnings().length);
  });
}

for (const [sentence, change] of [
  ['is no JSON', () => 'nonsense'],
  ['is of another format', (text: string) => text.replace('"format":1', '"format":2')],
  ['is of another key', (text: string) => text.replace(/"key":"sha256:../, '"key":"sha256:zz')],
  ['ran without isolation', (text: string) => text.replace('"isolated":true', '"isolated":false')],
  ['names no output', (text: string) => text.replace(/"outputs":\{.*\}\}/, '"outputs":{}}')],
  ['names no digest', (text: string) => text.replace(/"digest":"sha256:[^"]*"/, '"digest":"../../etc/passwd"')],
  ['has a size below zero', (text: string) => text.replace(/"size":\d+/, '"size":-1')],
  ['is very long', (text: string) => `${text}${' '.repeat(300_000)}`],
] as const) {
  test(`a record that ${sentence} is a miss`, async (t) => {
    const { origin } = await filled(t, (request, response, files) => {
      if (ac(request)) response.end(change(files.get(request.url ?? '')?.toString() ?? ''));
      return ac(request);
    });
    const { build, ran } = await machine(t, { origin });
    assert.equal((await build()).text, PAGE);
    assert.deepEqual(ran, ['words', 'sentence', 'page']);
  });
}

test('a record that names bytes which nobody has costs a run, and what stands on it is made of the bytes of that run', async (t) => {
  const { origin } = await filled(t, (request, response, files) => {
    const text = files.get(request.url ?? '')?.toString() ?? '';
    if (!ac(request) || !text.includes('"words"')) return false;
    response.end(text.replace(/"digest":"sha256:[^"]*"/, `"digest":"${digestOf('something else')}"`));
    return true;
  });
  const { build, ran } = await machine(t, { origin });
  assert.equal((await build()).text, PAGE);
  assert.deepEqual(ran, ['words']);
});

for (const [sentence, answer, limits = PATIENT] of [
  ['hangs', () => undefined, IMPATIENT],
  ['answers too slowly', (response: ServerResponse) => response.writeHead(404).end(), { ...PATIENT, slow: 0 }],
  ['wants a password', (response: ServerResponse) => response.writeHead(401).end()],
  ['is out of order', (response: ServerResponse) => response.writeHead(503).end()],
] as const) {
  test(`a server that ${sentence} is left alone after a few tries, with one sentence`, async (t) => {
    const server = await startCacheServer((_request, response) => {
      answer(response);
      return true;
    });
    t.after(() => server.close());
    const { build, ran, warnings, remote } = await machine(t, { origin: server.origin, isFilled: true, limits });
    assert.equal((await build()).text, PAGE);
    assert.deepEqual(ran, ['words', 'sentence', 'page']);
    const [reading, ...filling] = warnings().filter((each) => each.includes('steps run here instead'));
    assert.match(reading ?? '', /^The remote cache http:\/\/127\.0\.0\.1:\d+ is left alone for the rest of this run, and steps run here instead: /);
    assert.deepEqual(filling, []);
    assert.ok(server.requests.length <= 8, server.requests.join(', '));
    assert.notEqual(remote.whyGivenUp(), undefined);
  });
}

test('a server that is not there costs one sentence', async (t) => {
  const server = await startCacheServer();
  await server.close();
  const { build, ran, warnings } = await machine(t, { origin: server.origin });
  assert.equal((await build()).text, PAGE);
  assert.deepEqual(ran, ['words', 'sentence', 'page']);
  assert.equal(warnings().length, 1);
});

test('a server that takes nothing spoils no build, and is still read', async (t) => {
  const { origin } = await filled(t, (request, response) => {
    const isPut = request.method === 'PUT' || request.method === 'HEAD';
    if (isPut) response.writeHead(405).end();
    return isPut;
  });
  const { build, ran, warnings } = await machine(t, { origin, isFilled: true });
  assert.equal((await build()).text, PAGE);
  assert.deepEqual(ran, []);
  assert.deepEqual(warnings(), []);
});

test('what ran without isolation is never given away', async (t) => {
  const { files, uploaded } = await filled(t, undefined, { isIsolated: false });
  assert.equal(uploaded?.results, 0);
  assert.equal(files.size, 0);
});

test('what a warm store holds is given to an empty cache, and nothing a second time', async (t) => {
  const first = await filled(t);
  const second = await startCacheServer();
  t.after(() => second.close());
  const warm = await machine(t, { origin: first.origin, isRead: false });
  await warm.build();
  const again = await machine(t, { origin: second.origin, folder: warm.folder, isFilled: true });
  assert.equal((await again.build()).uploaded?.results, 3);
  assert.deepEqual(again.ran, []);
  const more = await machine(t, { origin: second.origin, folder: warm.folder, isFilled: true });
  assert.deepEqual((await more.build()).uploaded, { results: 0, bytes: 0 });
});

test('a blob that was changed on this disk is never given away', async (t) => {
  const server = await startCacheServer();
  t.after(() => server.close());
  const { folder, local, build } = await machine(t, { origin: server.origin, isRead: false });
  await build();
  const file = local.pathOf(digestOf(PAGE));
  const { utimes, chmod, stat } = await import('node:fs/promises');
  const { atime, mtime } = await stat(file);
  await chmod(file, 0o644);
  await writeFile(file, PAGE.replace('words', 'swords').slice(0, PAGE.length));
  await utimes(file, atime, mtime);
  const again = await machine(t, { origin: server.origin, folder, isRead: false, isFilled: true });
  await again.build();
  assert.equal(server.files.has(`/cas/${digestOf(PAGE).slice(7)}`), false);
  assert.ok(isSound(server.files));
});

test('who reads nothing from the cache takes nothing that came from it before, either', async (t) => {
  const { origin, requests } = await filled(t);
  const first = await machine(t, { origin });
  await first.build();
  requests.length = 0;
  const { build, ran } = await machine(t, { origin, folder: first.folder, isRead: false });
  assert.equal((await build()).text, PAGE);
  assert.deepEqual(ran, ['words', 'sentence', 'page']);
  assert.deepEqual(requests, []);
});

test('what opens the cache goes to it with every request, and to no other server', async (t) => {
  const elsewhere = await startCacheServer();
  t.after(() => elsewhere.close());
  const server = await startCacheServer((request, response) => {
    if (!cas(request) || request.method !== 'GET') return false;
    response.writeHead(302, { location: `${elsewhere.origin}${request.url}` }).end();
    return true;
  });
  t.after(() => server.close());
  const authorization = 'Bearer canary';
  await (await machine(t, { origin: server.origin, isFilled: true, authorization })).build();
  const { build, warnings } = await machine(t, { origin: server.origin, authorization });
  assert.equal((await build()).text, PAGE);
  assert.deepEqual(new Set(server.authorizations), new Set([authorization]));
  assert.deepEqual(new Set(elsewhere.authorizations), new Set([undefined]));
  assert.doesNotMatch(warnings().join('\n'), /canary/);
});
