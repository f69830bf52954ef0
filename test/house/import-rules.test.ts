import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../rig/project.ts';
import { folderCycles, importRules, mayImport } from './import-rules.mjs';
import { holdPage, withBlock } from './page.ts';

interface Violation {
  readonly sentence: string;
  readonly rule: string;
  readonly files: { readonly [path: string]: string };
}

const VIOLATIONS: readonly Violation[] = [
  { sentence: 'core must not know the engine', rule: 'core-imports-as-listed', files: { 'pipeline/core/a.ts': "import '../engine/b.ts';\n", 'pipeline/engine/b.ts': 'export {};\n' } },
  { sentence: 'not even a type of it', rule: 'core-imports-as-listed', files: { 'pipeline/core/a.ts': "export type { B } from '../engine/b.ts';\n", 'pipeline/engine/b.ts': 'export type B = 1;\n' } },
  { sentence: 'host must not know the store', rule: 'host-imports-as-listed', files: { 'pipeline/host/a.ts': "import '../store/b.ts';\n", 'pipeline/store/b.ts': 'export {};\n' } },
  { sentence: 'the store must not know an executor', rule: 'store-imports-as-listed', files: { 'pipeline/store/a.ts': "import '../exec/b.ts';\n", 'pipeline/exec/b.ts': 'export {};\n' } },
  { sentence: 'formats must not read files', rule: 'formats-have-no-host', files: { 'pipeline/formats/a.ts': "import 'node:fs';\n" } },
  {
    sentence: 'what build and guest share must not know a recipe',
    rule: 'shared-is-for-both-sides',
    files: { 'pipeline/shared/a.ts': "import '../recipes/b.ts';\n", 'pipeline/recipes/b.ts': 'export {};\n' },
  },
  { sentence: 'a target must use the front door', rule: 'targets-use-the-front-door', files: { 'targets/a.ts': "import '../pipeline/recipes/b.ts';\n", 'pipeline/recipes/b.ts': 'export {};\n' } },
  { sentence: 'the engine must not know an executor', rule: 'engine-imports-as-listed', files: { 'pipeline/engine/a.ts': "import '../exec/b.ts';\n", 'pipeline/exec/b.ts': 'export {};\n' } },
  { sentence: 'a graph must not know a recipe', rule: 'graph-imports-as-listed', files: { 'pipeline/graph/a.ts': "import '../recipes/b.ts';\n", 'pipeline/recipes/b.ts': 'export {};\n' } },
  { sentence: 'a recipe must not read trees', rule: 'recipes-imports-as-listed', files: { 'pipeline/recipes/a.ts': "import '../trees/b.ts';\n", 'pipeline/trees/b.ts': 'export {};\n' } },
  {
    sentence: 'a recipe must not load a writer, nor a type of it',
    rule: 'recipes-load-no-writer',
    files: { 'pipeline/recipes/a.ts': "export type { B } from '../steps/b/write.ts';\n", 'pipeline/steps/b/write.ts': 'export type B = 1;\n' },
  },
  { sentence: 'a declaration must not load its writer', rule: 'steps-describe', files: { 'pipeline/steps/b/step.ts': "import './write.ts';\n", 'pipeline/steps/b/write.ts': 'export {};\n' } },
  { sentence: 'a writer must not know the graph', rule: 'writers-only-write', files: { 'pipeline/steps/b/write.ts': "import '../../graph/c.ts';\n", 'pipeline/graph/c.ts': 'export {};\n' } },
  { sentence: 'a writer must not load a declaration', rule: 'writers-declare-nothing', files: { 'pipeline/steps/b/write.ts': "import './step.ts';\n", 'pipeline/steps/b/step.ts': 'export {};\n' } },
  { sentence: 'disks must not know trees', rule: 'disks-imports-as-listed', files: { 'pipeline/disks/a.ts': "import '../trees/b.ts';\n", 'pipeline/trees/b.ts': 'export {};\n' } },
  { sentence: 'trees must not know steps', rule: 'trees-imports-as-listed', files: { 'pipeline/trees/a.ts': "import '../steps/b.ts';\n", 'pipeline/steps/b.ts': 'export {};\n' } },
  { sentence: 'io must not know disks', rule: 'io-imports-as-listed', files: { 'pipeline/io/a.ts': "import '../disks/b.ts';\n", 'pipeline/disks/b.ts': 'export {};\n' } },
  { sentence: 'only exec starts processes', rule: 'one-door-to-processes', files: { 'pipeline/fetch/a.ts': "import 'node:child_process';\n" } },
  { sentence: 'only fetch opens sockets', rule: 'few-open-sockets', files: { 'pipeline/engine/a.ts': "import 'node:https';\n" } },
  { sentence: 'only report draws', rule: 'only-report-draws', files: { 'pipeline/engine/a.ts': "import 'listr2';\n" } },
  { sentence: 'the guest must not know the pipeline', rule: 'guest-is-small', files: { 'overlays/ros/a.ts': "import '../../pipeline/core/b.ts';\n", 'pipeline/core/b.ts': 'export {};\n' } },
  { sentence: 'nobody imports a test', rule: 'nobody-imports-tests', files: { 'pipeline/core/a.ts': "import '../../test/b.ts';\n", 'test/b.ts': 'export {};\n' } },
];

async function trouble(files: { readonly [path: string]: string }): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'import-rules-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return await importRules(projectFolder, folder, ['.']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

for (const { sentence, rule, files } of VIOLATIONS) {
  test(`a planted violation is caught: ${sentence}`, async () => {
    assert.match((await trouble(files)) ?? 'no trouble', new RegExp(`: ${rule}\\b`));
  });
}

test('a good import passes', async () => {
  assert.equal(await trouble({ 'pipeline/engine/a.ts': "import '../core/b.ts';\n", 'pipeline/core/b.ts': 'export {};\n' }), undefined);
});

test('a folder without modules is trouble', async () => {
  assert.match((await trouble({ 'README.md': 'nothing here\n' })) ?? 'no trouble', /saw no TypeScript module/);
});

test('a folder of the pipeline without a rule is trouble', async () => {
  assert.match((await trouble({ 'pipeline/novel/a.ts': 'export {};\n' })) ?? 'no trouble', /pipeline\/novel: there is no import rule/);
  assert.equal(await trouble({ 'pipeline/core/a.ts': 'export {};\n', 'pipeline/decisions/0001.md': 'text\n' }), undefined, 'a folder without code needs none');
});

test('a circle of folders is found', () => {
  assert.deepEqual(folderCycles({ a: ['b'], b: ['c'], c: [] }), []);
  assert.deepEqual(folderCycles({ a: ['b'], b: ['c'], c: ['a'] }), ['folders import each other in a circle: a → b → c → a']);
});

const HEAD = '| directory | purpose | imports |\n|---|---|---|\n';

/** The table of directories in a page, each with what it may import beside `core`. */
function withImports(page: string, table: { readonly [folder: string]: readonly string[] }): string {
  const rows = [...page.matchAll(/^\| `([\w-]+)\/` \| (.+?) \|.*$/gm)].map(([, folder = '', purpose = '']) => ({ folder, purpose }));
  const missing = Object.keys(table).filter((folder) => !rows.some((row) => row.folder === folder));
  assert.equal(missing.length, 0, `pipeline/README.md has no row of ${missing.join(', ')}: write | \`${missing[0]}/\` | what is in it | | into its table of directories`);
  const lines = rows.map(({ folder, purpose }) => {
    const names = (table[folder] ?? []).filter((name) => name !== 'core').sort();
    return `| \`${folder}/\` | ${purpose} | ${names.join(', ')} |\n`;
  });
  return withBlock(page, { open: '<!-- directories -->', close: '<!-- /directories -->' }, `\n${HEAD}${lines.join('')}\n`);
}

test('the page of the pipeline says what each directory may import', () => {
  holdPage('pipeline/README.md', (page) => withImports(page, mayImport(projectFolder)));
});

test('a directory without a row is told', () => {
  const page = '<!-- directories -->\n| `a/` | one | |\n<!-- /directories -->\n';
  assert.equal(withImports(page, { a: ['core', 'c', 'b'] }), `<!-- directories -->\n\n${HEAD}| \`a/\` | one | b, c |\n\n<!-- /directories -->\n`);
  assert.throws(() => withImports(page, { a: [], b: [] }), /no row of b/);
});
