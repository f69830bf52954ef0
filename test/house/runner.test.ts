import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { projectFolder } from '../rig/project.ts';
import { LONGEST, longestFirst, timesTable } from '../rig/run-times.mjs';

const ROWS: readonly { readonly sentence: string; readonly text: string; readonly counts: readonly [passed: number, failed: number, skipped: number] }[] = [
  { sentence: 'a file without a test has failed', text: 'export {};', counts: [0, 1, 0] },
  { sentence: 'a file that breaks before its first test has failed', text: 'throw new Error("early");', counts: [0, 1, 0] },
  { sentence: 'tests and subtests are counted', text: 'import { test } from "node:test"; test("a", async (t) => { await t.test("b", () => {}); });', counts: [2, 0, 0] },
  { sentence: 'a failed subtest fails its test too', text: 'import { test } from "node:test"; test("a", async (t) => { await t.test("b", () => { throw new Error("no"); }); });', counts: [0, 2, 0] },
  { sentence: 'a skipped test is neither', text: 'import { test } from "node:test"; test("a", { skip: true }, () => {}); test("b", () => {});', counts: [1, 0, 1] },
];

for (const { sentence, text, counts } of ROWS) {
  test(`the test runner: ${sentence}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'runner-'));
    try {
      const file = join(folder, 'planted.test.mjs');
      const runner = join(folder, 'run.mjs');
      await writeFile(file, text);
      const program = `import { runFile } from ${JSON.stringify(join(projectFolder, 'test/rig/run-file.mjs'))};
        const { counts } = await runFile({ bundle: ${JSON.stringify(file)}, source: 'planted', live: false, timeout: 60_000 });
        console.log(JSON.stringify([counts.passed, counts.failed, counts.skipped]));`;
      await writeFile(runner, program);
      // Without the variable that tells Node that a test runs already.
      const env = { PATH: process.env['PATH'] };
      const { stdout } = await promisify(execFile)(process.execPath, [runner], { env });
      assert.deepEqual(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), counts);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

const MISUSES: readonly { readonly sentence: string; readonly words: readonly string[]; readonly says: RegExp }[] = [
  { sentence: 'an option that it does not have', words: ['--foo'], says: /^Unknown option '--foo'/ },
  { sentence: 'a pattern that is none', words: ['--only', '('], says: /^--only takes a regular expression, and "\(" is none\./ },
  { sentence: 'a stage that it does not have', words: ['--stage', 'nope'], says: /^There is no stage "nope": house, unit/ },
];

for (const { sentence, words, says } of MISUSES) {
  test(`the test runner refuses ${sentence} with 2 and a sentence`, () => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [join(projectFolder, 'test/run.mjs'), ...words], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
    assert.equal(status, 2);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr + stdout, /^\s+at /m);
  });
}

test('the test runner tells why tests were skipped, not what it thinks of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runner-'));
  try {
    const file = join(folder, 'planted.test.mjs');
    await writeFile(file, 'import { test } from "node:test"; test("a", { skip: "no moon tonight" }, () => {}); test("b", () => {});');
    await writeFile(
      join(folder, 'run.mjs'),
      `import { runFile } from ${JSON.stringify(join(projectFolder, 'test/rig/run-file.mjs'))};
      console.log(JSON.stringify((await runFile({ bundle: ${JSON.stringify(file)}, source: 'planted', live: false, timeout: 60_000 })).skips));`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'run.mjs')], { env: { PATH: process.env['PATH'] } });
    assert.deepEqual(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), ['no moon tonight']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the files that the runner begins with are there, and what it prints at the end names stages and the ten longest', async () => {
  const { status, stdout } = spawnSync(process.execPath, [join(projectFolder, 'test/run.mjs'), '--list'], { encoding: 'utf8' });
  assert.equal(status, 0);
  const listed = stdout.split('\n').map((line) => line.trim());
  assert.deepEqual(
    LONGEST.filter((file) => !listed.includes(file)),
    [],
  );
  assert.deepEqual(longestFirst(['a', 'b', 'c', 'd'], ['c', 'gone', 'b']), ['c', 'b', 'a', 'd']);
  const files = Array.from({ length: 12 }, (_, index) => ({ source: `file ${index}`, seconds: index * 10 }));
  const lines = timesTable([{ name: 'unit', seconds: 1.25 }], files).split('\n');
  assert.deepEqual([lines[0], lines[1], lines.at(-2), lines.length], ['     1.3 s  unit', '   110.0 s  file 11', '    20.0 s  file 2', 12]);
});
