import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allCommands, COMMANDS } from '../../pipeline/cli/commands.ts';
import { commandHelp, commandTable, overview } from '../../pipeline/cli/help.ts';
import { projectFolder } from '../rig/project.ts';
import { holdPage, withBlock } from './page.ts';

const commands = await allCommands();
const COMMAND_NAMES = Object.keys(COMMANDS);

test('the README has the table of all commands', () => {
  holdPage('README.md', (page) => withBlock(page, { open: '<!-- commands -->', close: '<!-- /commands -->' }, commandTable(commands)));
});

test('package.json starts each command by its name, and no other', () => {
  const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
  const launcher = 'node pipeline/cli/launch.mjs ';
  const started = Object.entries(scripts).filter(([, line]) => line.startsWith(launcher));
  const lines = started.map(([name, line]) => `"${name}": "${line}"`);
  const wanted = commands.map(({ name }) => `"${name}": "${launcher}${name}"`);
  const missing = wanted.filter((line) => !lines.includes(line));
  const spare = lines.filter((line) => !wanted.includes(line));
  assert.equal(missing.length, 0, `package.json lacks in "scripts": ${missing.join(', ')}`);
  assert.equal(spare.length, 0, `package.json starts what COMMANDS of pipeline/cli/commands.ts does not have: ${spare.join(', ')}`);
});

test('the overview names each command with its summary', () => {
  const lines = overview(commands).split('\n');
  for (const { name, summary } of commands) assert.ok(lines.includes(`  rancheros ${name.padEnd(10)} ${summary}`), `the overview (pipeline/cli/help.ts) has no line of ${name}`);
});

for (const command of commands) {
  test(`the help of ${command.name} explains each of its options, and a value has a name`, () => {
    const lines = commandHelp(command).split('\n');
    const options = Object.entries(command.options);
    assert.ok(COMMAND_NAMES.includes(command.name), `pipeline/cli/commands.ts: the key of ${command.name} in COMMANDS must be its name`);
    for (const [name, { type, value, help }] of options) {
      assert.equal(value === undefined, type === 'boolean', `--${name} must have a value name ("value") where it takes one, and none where it is a switch`);
      const head = `  --${name}${value === undefined ? '' : ` ${value}`} `;
      const line = lines.find((each) => each.startsWith(head));
      assert.ok(line?.slice(head.length).trim(), `--${name} is not explained: give it a help in the options of the command`);
      assert.ok(help.length > 0 && !help.endsWith('.'), `--${name}: its help in pipeline/cli must be a phrase without a full stop`);
    }
    for (const line of lines) assert.ok(line.length <= 120, `pipeline/cli: the help of ${command.name} has a line of ${line.length} characters, at most 120 fit: ${line}`);
  });
}
