import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { LEASE_PACE } from '../../../pipeline/host/lease.ts';
import { ownedPrefix } from '../../../pipeline/host/owner.ts';
import { SharedUse } from '../../../pipeline/host/shared-use.ts';

/** Quicker than that of a build, so that a test need not wait for a minute. */
const PACE = { heartbeat: 50, expiry: 1500 };
/** The lease of a cleaner in another container, as an older version named it. */
const STRANGE = 'clean-4026599999.77-1795886804940x0badcafe';

let folder: string;
let cleaners: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'vigil-'));
  cleaners = path.join(folder, 'cleaners');
  await mkdir(cleaners);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Begins to use the store; gives what was said while it waited, and whether it has begun. */
function beginner(signal?: AbortSignal) {
  const said: string[] = [];
  const state = { said, hasBegun: false };
  const begun = new SharedUse(folder, { pace: PACE, signal, tell: (sentence) => said.push(sentence) }).acquire().then(async (end) => {
    state.hasBegun = true;
    await end();
  });
  return { state, begun };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20);
}

test('who waits says for whom, and for a process that can be looked for it waits until that is gone', async () => {
  const child = spawn('sleep', ['600']);
  children.push(child);
  await writeFile(path.join(cleaners, `${ownedPrefix('clean', child.pid)}1795886804940x0badcafe`), '');
  const { state, begun } = beginner();
  await until(() => state.said.length > 0);
  assert.match(state.said[0] ?? '', new RegExp(`^Waiting for process ${child.pid}, at work since 2026-11-28T\\d\\d:\\d\\d:\\d\\dZ \\(.*/cleaners/clean-.*\\), which removes from the store\\.$`));
  // It has no heartbeat, but it lives.
  await sleep(2 * PACE.expiry);
  assert.equal(state.hasBegun, false);
  child.kill('SIGKILL');
  await begun;
  assert.equal(state.said.length, 1, 'it is said once');
  assert.deepEqual(await readdir(cleaners), []);
});

test('a process number that came again belongs to another process', async () => {
  const child = spawn('sleep', ['600']);
  children.push(child);
  const another = ownedPrefix('clean', child.pid).replace(/s(\d+)_$/, (_, start) => `s${Number(start) - 1}_`);
  assert.notEqual(another, ownedPrefix('clean', child.pid));
  await writeFile(path.join(cleaners, `${another}1795886804940x0badcafe`), '');
  const { state, begun } = beginner();
  await begun;
  assert.deepEqual(state.said, []);
});

/** A cleaner in a pid namespace of its own, with a heartbeat. */
const CLEANER =
  'ns=$(readlink /proc/self/ns/pid | tr -dc 0-9); lease="$1/clean-$ns.$$-1795886804940x0badcafe"; echo other-host >"$1.new"; mv "$1.new" "$lease"; while touch "$lease"; do sleep 0.05; done';
const NAMESPACE = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
const canUnshare = spawnSync('unshare', [...NAMESPACE, 'true']).status === 0;

test('a process of another container is waited for as long as its heartbeat goes on, and not much longer', { skip: !canUnshare && 'no namespaces can be made here' }, async () => {
  const child = spawn('unshare', [...NAMESPACE, 'sh', '-c', CLEANER, 'sh', cleaners]);
  children.push(child);
  while ((await readdir(cleaners)).length === 0) await sleep(20);
  const { state, begun } = beginner();
  await sleep(2 * PACE.expiry);
  assert.equal(state.hasBegun, false);
  assert.match(state.said[0] ?? '', /^Waiting for process \d+ of another container or machine \(other-host\), at work since/);
  child.kill('SIGKILL');
  await begun;
  assert.match(state.said[1] ?? '', /^No heartbeat for \d+ s from process \d+ of another container .*: its lease has expired\.$/);
  assert.deepEqual(await readdir(cleaners), []);
});

for (const [sentence, seconds] of [
  ['just now', 0],
  ['in a year to come', 365 * 86_400],
] as const) {
  test(`a lease that a dead process of another container left ${sentence} holds nobody up for long`, async () => {
    const file = path.join(cleaners, STRANGE);
    await writeFile(file, '');
    await utimes(file, Date.now() / 1000 + seconds, Date.now() / 1000 + seconds);
    const { state, begun } = beginner();
    await begun;
    assert.equal(state.said.length, 2, state.said.join('\n'));
  });
}

test('a lease of a dead process expires within a minute, and a busy one has several heartbeats to miss before that', () => {
  assert.ok(LEASE_PACE.expiry < 60_000 && LEASE_PACE.expiry >= 10 * LEASE_PACE.heartbeat, JSON.stringify(LEASE_PACE));
});

test('a wait ends when it is told to', async () => {
  await writeFile(path.join(cleaners, STRANGE), '');
  const stop = new AbortController();
  const { state, begun } = beginner(stop.signal);
  await until(() => state.said.length > 0);
  stop.abort();
  await assert.rejects(begun, (error) => error instanceof BuildError && error.failures[0].kind === 'interrupted');
  assert.deepEqual(await readdir(path.join(folder, 'in-use')), [], 'nor does it leave a lease of its own');
});
