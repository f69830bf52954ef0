import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { shellWord } from '../../pipeline/core/shell-word.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { toolRoot } from '../rig/tools.ts';
import { cli, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

/** What a build without a change writes to a terminal of some kind and width. */
async function onTerminal(folder: string, options: { readonly term: string; readonly columns: number; readonly words?: readonly string[] }): Promise<string> {
  const project = path.join(folder, 'project');
  const launch = [process.execPath, path.join(project, 'pipeline/cli/launch.mjs'), 'build', 'tiny', ...placesIn(folder), ...(options.words ?? [])].map(shellWord).join(' ');
  // The image of oracles holds what comes on top of the tools, without a C library.
  const script = toolProgram(await toolRoot('oracles'), 'script', { below: await toolRoot('tools') });
  const command = `stty cols ${options.columns} rows 24; ${launch}; echo "ended with $?"`;
  const [program, ...words] = [...script, '--quiet', '--return', '--command', command, '/dev/null'];
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: project, env: { ...process.env, TERM: options.term, CI: '', SHELL: '/bin/sh' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

function placesIn(folder: string): readonly string[] {
  return ['--cache', path.join(folder, 'cache'), '--dist', path.join(folder, 'os')];
}

test('a terminal shows a living view, and lines where it cannot move its cursor', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  assert.equal((await cli(['build', 'tiny', ...placesIn(folder)], { project })).end, 0);
  await t.test('one that can', async () => {
    const output = await onTerminal(folder, { term: 'xterm-256color', columns: 100 });
    assert.match(output, /\u001b\[\d*[A-K]/);
    assert.match(output, /Steps: 0 run, \d+ reused/);
    assert.match(output, /tiny\/greeting[\s\S]*ended with 0/);
  });
  for (const [sentence, options] of [
    ['one that obeys nothing', { term: 'dumb', columns: 100 }],
    ['one without columns', { term: 'xterm-256color', columns: 0 }],
    ['one that was asked for lines', { term: 'xterm-256color', columns: 100, words: ['--plain'] }],
  ] as const) {
    await t.test(sentence, async () => {
      const output = await onTerminal(folder, options);
      // Colours are no cursor control.
      assert.doesNotMatch(output, /\u001b\[(?!\d*m)/);
      assert.match(output, /^\[ *[\d.]+ s\] 0 steps run, \d+ reused/m);
      assert.match(output, /ended with 0/);
    });
  }
});
