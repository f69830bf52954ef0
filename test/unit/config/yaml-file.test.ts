import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { loadYaml } from '../../../pipeline/config/yaml-file.ts';
import { BuildError, type Failure } from '../../../pipeline/core/failure.ts';

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string', pattern: '^[a-z]+$', description: 'a name in small letters' },
    kind: { type: 'string', enum: ['tools', 'system'] },
    size: { type: 'integer' },
    packages: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string' } },
    sets: { type: 'object', additionalProperties: { type: 'object', additionalProperties: false, properties: { comment: { type: 'string' } } } },
  },
} as const;

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'yaml-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function load(text: string): Promise<unknown> {
  const file = path.join(folder, 'file.yaml');
  await writeFile(file, text);
  return (await loadYaml<unknown>({ file, shownAs: 'targets/file.yaml', schema: SCHEMA })).data;
}

async function failuresOf(text: string): Promise<readonly Failure[]> {
  try {
    await load(text);
  } catch (error) {
    if (error instanceof BuildError) return error.failures;
    throw error;
  }
  return [];
}

/** `line:column message hint` of each failure. */
async function told(text: string): Promise<readonly string[]> {
  return (await failuresOf(text)).map(({ kind, place, message, hint }) => {
    assert.equal(kind, 'configuration');
    assert.equal(place?.file, 'targets/file.yaml');
    return [`${place?.line}:${place?.column}`, message, ...(hint === undefined ? [] : [hint])].join(' ');
  });
}

test('a file that fits its schema is read', async () => {
  assert.deepEqual(await load('# a comment\nname: base\npackages: [a, b]\n'), { name: 'base', packages: ['a', 'b'] });
});

const ROWS: readonly (readonly [title: string, text: string, expected: readonly string[]])[] = [
  ['an unknown key', 'name: a\npakages: [b]\n', ['2:1 "pakages" is not known at the top of the file. Did you mean "packages"?']],
  ['an unknown key with nothing near it', 'name: a\nsets:\n  base:\n    xyzzy: 1\n', ['4:5 "xyzzy" is not known in "sets.base". Known here: comment.']],
  ['a missing key', 'kind: tools\n', ['1:1 The file lacks "name". Add the key name.']],
  ['a wrong type', 'name: a\nsize: large\n', ['2:1 "size" must be a whole number, not "large". Correct the value.']],
  ['a version that YAML takes for a number', 'name: a\npackages:\n  - b\n  - 1.0\n', ['4:5 Item 2 of "packages" must be text (quote it if it looks like a number), not 1. Correct the value.']],
  ['a value that is none of those allowed', 'name: a\nkind: tool\n', ['2:1 "kind" must be one of tools, system, not "tool". Did you mean "tools"?']],
  ['a value of the wrong form', 'name: A B\n', ['1:1 "A B" is not a name in small letters. Correct the value.']],
  ['an empty list', 'name: a\npackages: []\n', ['2:1 "packages" must not be empty. Give it a value, or take the key out.']],
  ['a list where a mapping belongs', '- a\n', ['1:1 The file must be a mapping of keys to values, not a list. Correct the value.']],
  ['an empty file', '', ['1:1 The file must be a mapping of keys to values, not nothing. Correct the value.']],
  ['one key twice', 'name: a\nkind: tools\nname: b\n', ['3:1 The same key stands here twice. Take one of the two out.']],
  [
    'several mistakes, in the order of their lines',
    'sizes: 1\nname: A\nkind: x\n',
    [
      '1:1 "sizes" is not known at the top of the file. Did you mean "size"?',
      '2:1 "A" is not a name in small letters. Correct the value.',
      '3:1 "kind" must be one of tools, system, not "x". Write one of these.',
    ],
  ],
];

test('every mistake is told with its line, its column and a sentence', async (t) => {
  for (const [title, text, expected] of ROWS) {
    await t.test(title, async () => assert.deepEqual(await told(text), expected));
  }
});

test('what is no YAML is told with its place', async () => {
  const [failure, ...more] = await failuresOf('name: a\nkind: [tools\n');
  assert.equal(more.length, 0);
  assert.match(failure?.message ?? '', /^This is not YAML: .+\.$/);
  assert.equal(failure?.place?.line, 3);
});

test('the same thing twice in a list is told at the second', async () => {
  const [line] = await told('name: a\npackages:\n  - b\n  - c\n  - b\n');
  assert.equal(line, '5:5 "packages" names the same thing twice. Take one of the two out.');
});

test('a huge file is refused before it is parsed', async () => {
  const [failure] = await failuresOf(`name: ${'a'.repeat(300 * 1024)}\n`);
  assert.match(failure?.message ?? '', /more than 262144 are not read/);
});

test('a scalar of 50 MB and 200,000 keys are refused by their size, without being read', async () => {
  const before = process.memoryUsage().rss;
  for (const text of [`name: ${'a'.repeat(50_000_000)}\n`, Array.from({ length: 200_000 }, (_, index) => `k${index}: 1\n`).join('')]) {
    const [failure] = await failuresOf(text);
    assert.match(failure?.message ?? '', /more than 262144 are not read/);
  }
  assert.ok(process.memoryUsage().rss - before < 300e6);
});

test('as many keys as a file may hold are looked through once: the one that stands twice is named, else a hundred that are not known', async () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`);
  assert.deepEqual(await told([...keys, 'k7: 2\n'].join('')), ['20001:1 The same key stands here twice. Take one of the two out.']);
  assert.equal((await told(keys.join(''))).length, 100);
});

const BOMB = ['a: &a [x, x, x, x, x, x, x, x, x]', ...[...'bcdefghi'].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`)].join('\n');
for (const [sentence, text, line] of [
  ['aliases that stand for a billion values', BOMB, /^1:1 This is not YAML: Excessive alias count/],
  ['lists in lists, twenty thousand deep', `name: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, /^1:\d+ This is not YAML: /],
  ['lists that nobody closes', `name: ${'['.repeat(20_000)}`, /^1:\d+ This is not YAML: /],
  ['a tag that names code', 'kind: tools\nname: !!js/function "x"', /^2:7 This is not YAML: Unresolved tag/],
  ['a second document', 'name: a\n---\nname: b', /^2:1 This is not YAML: /],
  ['a key that is the prototype of every object', '__proto__:\n  name: b\nname: a', /^1:1 "__proto__" is not known/],
] as const) {
  test(`${sentence}: refused with the line, and no more than a hundred sentences`, async () => {
    const lines = await told(text);
    assert.ok(
      lines.some((each) => line.test(each)),
      lines.slice(0, 3).join('\n'),
    );
    assert.ok(lines.length <= 100);
  });
}

test('a file that is not there is a failure that names it', async () => {
  await assert.rejects(
    loadYaml<unknown>({ file: path.join(folder, 'none.yaml'), shownAs: 'targets/none.yaml', schema: SCHEMA }),
    (error: unknown) => error instanceof BuildError && error.failures[0].place?.file === 'targets/none.yaml',
  );
});

test('values can be traced to their place', async () => {
  const file = path.join(folder, 'place.yaml');
  await writeFile(file, 'name: a\nsets:\n  base:\n    comment: b\n');
  const { place } = await loadYaml<unknown>({ file, shownAs: 'place.yaml', schema: SCHEMA });
  assert.deepEqual(place(['sets', 'base', 'comment']), { file: 'place.yaml', line: 4, column: 5 });
  assert.deepEqual(place(['sets', 'none']), { file: 'place.yaml', line: 2, column: 1 });
});
