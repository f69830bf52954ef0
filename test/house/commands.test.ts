import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allCommands } from '../../pipeline/cli/commands.ts';
import { commandHelp, commandTable, overview } from '../../pipeline/cli/help.ts';
import { projectFolder } from '../rig/project.ts';
import { holdPage, withBlock } from './page.ts';

const commands = await allCommands();

test('the README has the table of all commands', () => {
  holdPage('README.md', (page) => withBlock(page, { open: '<!-- commands -->', close: '<!-- /commands -->' }, commandTable(commands)));
});

test('package.json starts each command by its name, and no other', () => {
  const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
  const launcher = 'node pipeline/cli/launch.mjs ';
  const started = Object.entries(scripts).filter(([, line]) => line.startsWith(launcher));
  assert.deepEqual(started.map(([name, line]) => [name, line.slice(launcher.length)]).sort(), commands.map(({ name }) => [name, name]).sort());
});

test('the overview names each command with its summary', () => {
  const lines = overview(commands).split('\n');
  for (const { name, summary } of commands) assert.ok(lines.includes(`  npm run ${name.padEnd(10)} ${summary}`), name);
});

for (const command of commands) {
  test(`the help of ${command.name} explains each of its options, and a value has a name`, () => {
    const lines = commandHelp(command).split('\n');
    const options = Object.entries(command.options);
    assert.ok(options.length > 0);
    for (const [name, { type, value, help }] of options) {
      assert.equal(value === undefined, type === 'boolean', `--${name} has a name for its value only where it takes one`);
      const head = `  --${name}${value === undefined ? '' : ` ${value}`} `;
      const line = lines.find((each) => each.startsWith(head));
      assert.ok(line?.slice(head.length).trim(), `--${name} is explained`);
      assert.ok(help.length > 0 && !help.endsWith('.'), `--${name}: a phrase without a full stop`);
    }
    for (const line of lines) assert.ok(line.length <= 120, line);
  });
}
