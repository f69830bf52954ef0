import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../rig/project.ts';

const read = (path: string): string => readFileSync(join(projectFolder, path), 'utf8');

function directories(path: string): readonly string[] {
  return readdirSync(join(projectFolder, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

/** First cells of the rows "| `name/` | purpose |" of a page's first table, sorted. */
function listed(text: string): readonly string[] {
  const [, table = ''] = /\n\n(\|[\s\S]*?)\n\n/.exec(text) ?? [];
  return [...table.matchAll(/^\| `([\w-]+)\/` \|/gm)].map(([, name = '']) => name).sort();
}

/** What git ignores: made by npm and by builds. */
const MADE = ['dist', 'node_modules'];

test('README lists every directory at the top, and those of test', () => {
  const [, block = ''] = /\n```\n(pipeline\/[\s\S]*?)```\n/.exec(read('README.md')) ?? [];
  const top = [...block.matchAll(/^([\w-]+)\/ +(.*)$/gm)].map(([, name = '', purpose = '']) => ({ name, purpose }));
  assert.deepEqual(
    top.map(({ name }) => name).sort(),
    directories('.').filter((name) => !MADE.includes(name)),
    'README.md: the block that begins with `pipeline/` must have a line for each directory at the top',
  );
  const parts = top.find(({ name }) => name === 'test')?.purpose.split(' · ') ?? [];
  assert.deepEqual(parts.map((part) => part.split(' ')[0]).sort(), directories('test'), 'README.md: the line of `test/` must name each directory below test');
});

for (const path of ['overlays', 'pipeline']) {
  test(`${path}/README.md lists every directory below ${path}`, () => {
    assert.deepEqual(listed(read(`${path}/README.md`)), directories(path), `${path}/README.md: its first table must have a row | \`name/\` | purpose | for each directory`);
  });
}
