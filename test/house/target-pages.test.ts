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
    const build = `npm run build -- --target ${name}`;
    const made = Object.keys(files).map((path) => `# dist/os/latest/${path}\n`);
    const first = `# ${name}\n\n${summary}.\n\n${FILES.open}\n${FILES.close}\n\n## Build\n\n\`\`\`sh\n${build}\n${made.join('')}\`\`\`\n`;
    holdPage(`targets/${name}.md`, (page) => withBlock(page, FILES, block), first);
  });
}

/** The table that a person chooses by, with a row for each target that none of its rows leads to yet. */
function withChoices(page: string): string {
  const [, head = '', table = ''] = /^([\s\S]*?\n)(\| where it shall run \|[\s\S]*?\n)\n/.exec(page) ?? [];
  assert.ok(table, 'targets/README.md has no table that begins with "| where it shall run |": put it back from the history');
  const missing = targets.filter(({ name }) => !table.includes(`](${name}.md)`));
  const rows = missing.map(
    ({ name, summary, files }) =>
      `| ${summary} | ${Object.keys(files)
        .map((path) => `\`${path}\``)
        .join(', ')} | [${name}](${name}.md) |\n`,
  );
  return `${head}${table}${rows.join('')}${page.slice(head.length + table.length)}`;
}

test('a table of the overview leads from each place to the file of a target', () => holdPage('targets/README.md', withChoices));

test('the overview names every target with its page', () => {
  const rows = targets.map(({ name, arch, summary }) => `| [${name}](${name}.md) | ${arch} | ${summary} |\n`);
  holdPage('targets/README.md', (page) => withBlock(page, LIST, `| target | processor | for |\n|---|---|---|\n${rows.join('')}`));
});

test('every file that the overview recommends is made by a target', () => {
  const page = readFileSync(join(projectFolder, 'targets/README.md'), 'utf8');
  const known = new Set(targets.flatMap(({ files }) => Object.keys(files)));
  const recommended = [...page.matchAll(/^\|[^|]+\|([^|]+)\|[^|]+\|$/gm)].flatMap((row) => [...(row[1] ?? '').matchAll(/`([\w./-]+)`/g)].map((match) => match[1] ?? ''));
  assert.ok(recommended.length > 0, 'targets/README.md: no row of "Which file do I take?" was read; its rows are | where | `file` | [page](page.md) |');
  const unknown = recommended.filter((path) => !known.has(path));
  assert.equal(unknown.length, 0, `targets/README.md recommends files that no target makes: ${unknown.join(', ')}. Name files of targets/*.ts.`);
});

test('no page stands for a target that is gone', () => {
  const pages = readdirSync(join(projectFolder, 'targets')).filter((file) => file.endsWith('.md') && file !== 'README.md');
  assert.deepEqual(pages.sort(), targets.map(({ name }) => `${name}.md`).sort(), 'targets/*.md must be the pages of targets/*.ts: remove the page of a target that is gone');
});
