import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../rig/project.ts';

const FOLDER = join(projectFolder, 'pipeline/decisions');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const decisions = readdirSync(FOLDER)
  .filter((name) => name !== 'README.md')
  .sort();

test('the index lists every decision with its title, in order', () => {
  const lines = read('README.md')
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .map((line) => line.replace(/ \((?:superseded|extended)[^)]*\)$/, ''));
  const expected = decisions.map((name) => {
    const [, number, title] = /^# (\d{4}) (.+)\n/.exec(read(name)) ?? [];
    return `- [${number}](${name}) ${title}`;
  });
  assert.deepEqual(lines, expected, 'pipeline/decisions/README.md must have a line `- [NUMBER](FILE) TITLE` for each decision, in order');
});

test('decisions are numbered without a gap', () => {
  assert.deepEqual(
    decisions.map((name) => Number(name.slice(0, 4))),
    decisions.map((_, index) => index + 1),
    'pipeline/decisions: rename the file that takes a number twice or leaves one out',
  );
});

for (const name of decisions) {
  test(`${name} says its status, date, context, decision and consequences`, () => {
    const text = read(name);
    assert.match(
      text,
      /^# \d{4} .+\n\n- Status: (?:accepted|superseded|extended).*\n- Date: \d{4}-\d{2}-\d{2}\n/,
      `pipeline/decisions/${name} must begin with its title, its status and its date, as its neighbours do`,
    );
    assert.deepEqual(text.match(/^## .*$/gm), ['## Context', '## Decision', '## Consequences'], `pipeline/decisions/${name} must have these three headings`);
    for (const [, link = ''] of text.matchAll(/\]\(([^)]+)\)/g)) assert.ok(existsSync(join(FOLDER, link)), `${link} exists`);
  });
}
