import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allTargets } from '../../pipeline/cli/all-targets.ts';
import { projectFolder } from '../rig/project.ts';
import { holdPage, withBlock } from './page.ts';

const targets = allTargets();
const FILES = { open: '<!-- files -->', close: '<!-- /files -->' };
const LIST = { open: '<!-- targets -->', close: '<!-- /targets -->' };

for (const { name, summary, files } of targets) {
  test(`the page of ${name} lists its files as the target does`, () => {
    const rows = Object.entries(files).map(([path, what]) => `| \`${path}\` | ${what} |\n`);
    const block = `| file | what it is |\n|---|---|\n${rows.join('')}`;
    const first = `# ${name}\n\n${summary}.\n\n${FILES.open}\n${FILES.close}\n`;
    holdPage(`targets/${name}.md`, (page) => withBlock(page, FILES, block), first);
  });
}

test('the overview names every target with its page', () => {
  const rows = targets.map(({ name, arch, summary }) => `| [${name}](${name}.md) | ${arch} | ${summary} |\n`);
  holdPage('targets/README.md', (page) => withBlock(page, LIST, `| target | processor | for |\n|---|---|---|\n${rows.join('')}`));
});

test('every file that the overview recommends is made by a target', () => {
  const page = readFileSync(join(projectFolder, 'targets/README.md'), 'utf8');
  const known = new Set(targets.flatMap(({ files }) => Object.keys(files)));
  const recommended = [...page.matchAll(/^\|[^|]+\|([^|]+)\|[^|]+\|$/gm)].flatMap((row) => [...(row[1] ?? '').matchAll(/`([\w./-]+)`/g)].map((match) => match[1] ?? ''));
  assert.ok(recommended.length > 0);
  assert.deepEqual(
    recommended.filter((path) => !known.has(path)),
    [],
  );
});

test('no page stands for a target that is gone', () => {
  const pages = readdirSync(join(projectFolder, 'targets')).filter((file) => file.endsWith('.md') && file !== 'README.md');
  assert.deepEqual(pages.sort(), targets.map(({ name }) => `${name}.md`).sort());
});
