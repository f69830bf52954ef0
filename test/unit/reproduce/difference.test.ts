import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { StepEnd } from '../../../pipeline/bench/fetched-store.ts';
import type { Digest } from '../../../pipeline/core/digest.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../../pipeline/host/temporary-directory.ts';
import type { Manifest } from '../../../pipeline/publish/manifest.ts';
import { buildDifferences, type FinishedBuild, firstDifference } from '../../../pipeline/reproduce/difference.ts';
import { memberDifference } from '../../../pipeline/reproduce/member-difference.ts';

const folder = await temporaryDirectory('difference');
after(() => removeTemporaryDirectory(folder));

let count = 0;
function file(bytes: string | Uint8Array): string {
  const path = join(folder, String(count++));
  writeFileSync(path, bytes);
  return path;
}

test('the first byte that differs is named, across windows and at the end of the shorter file', () => {
  const long = Buffer.alloc(3 << 20, 7);
  const changed = Buffer.from(long);
  changed[(2 << 20) + 5] = 8;
  assert.equal(firstDifference(file(long), file(long)), undefined);
  assert.equal(firstDifference(file(long), file(changed)), (2 << 20) + 5);
  assert.equal(firstDifference(file(long), file(long.subarray(0, 1 << 20))), 1 << 20);
  assert.equal(firstDifference(file(''), file('a')), 0);
  assert.equal(firstDifference(file(''), file('')), undefined);
});

/** A tar of one file by the host's own tar. */
function tar({ mtime = '@0', mode = '644', text = 'hello', name = 'hello' }): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  const out = join(folder, String(count++));
  execFileSync('tar', ['-C', folder, '--format=pax', '--owner=0', '--group=0', `--mtime=${mtime}`, `--mode=${mode}`, '-cf', out, name]);
  return out;
}

test('the first member of a tar that differs is named, with its field or its contents', () => {
  assert.equal(memberDifference(tar({}), tar({})), undefined);
  assert.equal(memberDifference(tar({}), tar({ mtime: '@5' })), 'hello (mtime 0 and 5)');
  assert.equal(memberDifference(tar({}), tar({ mode: '600' })), 'hello (mode 644 and 600)');
  assert.equal(memberDifference(tar({}), tar({ text: 'hallo' })), 'hello (its contents)');
  assert.equal(memberDifference(tar({}), tar({ name: 'other' })), 'hello (in its place: other)');
  assert.equal(memberDifference(tar({}), file('no tar')), undefined);
});

const digest = (letter: string) => `sha256:${letter.repeat(64)}` as Digest;

interface Made {
  readonly outputs: { readonly [key: string]: string };
  readonly release: string;
  readonly mode?: number;
  readonly lacks?: string;
}

/** A build of one file by steps with one output each: key → letter of its digest; the bytes are that letter. */
function build({ outputs, release, mode = 0o644, lacks }: Made): FinishedBuild {
  const steps = Object.entries(outputs).map(
    ([key, letter]): StepEnd => ({
      type: 'step-end',
      id: 0,
      kind: 'layer',
      title: `step ${key}`,
      cached: false,
      key: digest(key),
      milliseconds: 1,
      outputs: { out: { digest: digest(letter), size: 1 } },
    }),
  );
  const blob = (letter: string) => ({ digest: digest(letter), size: 1 });
  const manifest = { files: { 'rancheros.iso': { ...blob(release), contents: { files: { initrd: blob(release), vmlinuz: blob('0') } } } } } as unknown as Manifest;
  const dist = join(folder, String(count++));
  mkdirSync(dist);
  for (const name of ['rancheros.iso', 'SHA256SUMS', 'release.json'].filter((each) => each !== lacks)) {
    writeFileSync(join(dist, name), name === 'rancheros.iso' ? release : 'list');
    chmodSync(join(dist, name), mode);
    utimesSync(join(dist, name), 1, 1);
  }
  return { manifest, steps, release: (name) => join(dist, name), stored: (of) => file(of.slice(7, 8)) };
}

test('two builds that made the same differ in nothing', async () => {
  const made = { outputs: { a: '1', b: '2' }, release: '3' };
  assert.deepEqual(await buildDifferences(build(made), build(made)), []);
});

test('the step that gave other bytes from the same inputs is named, not those that only follow it; then the file and what differs in it', async () => {
  const one = build({ outputs: { a: '1', b: '2' }, release: '3' });
  // The second step has other inputs, and so another key.
  const other = build({ outputs: { a: '4', c: '5' }, release: '6' });
  assert.deepEqual(await buildDifferences(one, other), [
    { kind: 'step', name: 'step a', where: 'from byte 0 on', parts: [] },
    { kind: 'file', name: 'rancheros.iso', where: 'from byte 0 on', parts: ['initrd'] },
  ]);
});

test('a mode that differs, and a file that only one build made, are named', async () => {
  const made = { outputs: {}, release: '3' };
  const where = async (other: Made) => (await buildDifferences(build(made), build(other))).map(({ name, where }) => `${name} ${where}`);
  assert.deepEqual(await where({ ...made, mode: 0o600 }), [
    'SHA256SUMS in its mode (100644 and 100600)',
    'rancheros.iso in its mode (100644 and 100600)',
    'release.json in its mode (100644 and 100600)',
  ]);
  assert.deepEqual(await where({ ...made, lacks: 'SHA256SUMS' }), ['SHA256SUMS since only one of the builds made it']);
});
