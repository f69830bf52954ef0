import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { unusedExports } from './exports.mjs';

const folder = await temporaryDirectory('exports');
after(() => removeTemporaryDirectory(folder));

let count = 0;
/** What is told of a project of these files. */
async function told(files: { readonly [path: string]: string }, notYet = {}): Promise<readonly string[]> {
  const project = join(folder, String(count++));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, name)), { recursive: true });
    await writeFile(join(project, name), text);
  }
  return unusedExports(project, notYet);
}

const A = 'pipeline/core/a.ts';

test('an export that nobody imports is told with its line', async () => {
  assert.deepEqual(await told({ [A]: 'const x = 1;\nexport const used = x, unused = x;\n', 'pipeline/core/b.ts': "import { used } from './a.ts';\nconsole.log(used);\n" }), [
    `${A}:2: nobody imports "unused": take "export" away, or all of it.`,
  ]);
});

test('what only tests import is told, unless its own file uses it', async () => {
  const test = { 'test/unit/a.test.ts': "import { dead, inner } from '../../pipeline/core/a.ts';\nvoid [dead, inner];\n" };
  const found = await told({
    ...test,
    [A]: 'export function dead() {}\nexport function inner() {}\nexport function outer() { inner(); }\n',
    'pipeline/core/b.ts': "import { outer } from './a.ts';\nouter();\n",
  });
  assert.deepEqual(found, [`${A}:1: only tests use "dead": move it to them, or take it away.`]);
});

for (const [way, text] of [
  ['by another name', "import { it as other } from './a.ts';\nvoid other;"],
  ['as a type', "import type { it } from './a.ts';\nexport {};"],
  ['with all others', "import * as all from './a.ts';\nvoid all;"],
  ['passed on', "export { it } from './a.ts';"],
  ['later, by its name', "void (await import('./a.ts')).it;"],
  ['later, out of an object', "const { it } = await import('./a.ts');\nvoid it;"],
  ['as a type of a module', "let x: import('./a.ts').it;\nvoid x;"],
] as const) {
  test(`an export that is imported ${way} is used`, async () => {
    const found = await told({ [A]: 'export const it = 1;\n', 'pipeline/core/b.ts': `${text}\n` });
    assert.deepEqual(
      found.filter((line) => line.startsWith(A)),
      [],
    );
  });
}

test('a type of a signature may be exported; one that is nowhere used may not', async () => {
  assert.deepEqual(
    await told({
      [A]: 'export interface Options { x: 1 }\nexport interface Dead { x: 1 }\nexport function f(options: Options) { return options; }\n',
      'pipeline/core/b.ts': "import { f } from './a.ts';\nf({ x: 1 });\n",
    }),
    [`${A}:2: nobody imports "Dead": take "export" away, or all of it.`],
  );
});

test('a folder that is listed is left out', async () => {
  assert.deepEqual(await told({ [A]: 'export const unused = 1;\n' }, { 'pipeline/core': 'for a reason' }), []);
});
