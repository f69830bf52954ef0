import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { projectFolder } from '../rig/project.ts';

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
