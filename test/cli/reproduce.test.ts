import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { SURROUNDINGS } from '../../pipeline/reproduce/surroundings.ts';
import { cli, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

interface Compared {
  readonly files: number;
  readonly repetitions: readonly { readonly surroundings: string; readonly stepsRun: readonly { readonly kind: string; readonly title: string }[] }[];
}

/** A target with a step of a tool that prints the clock: no two builds of it are the same. */
const CLOCKED = `
import { toolsOf } from '../pipeline/recipes/tool-image.ts';
import { toolStep } from '../pipeline/steps/kit/tool.ts';
import { described, greeting } from './tiny.ts';
export default {
  name: 'clocked', arch: 'amd64', summary: 'a greeting with a time', files: { 'clocked/greeting': 'the greeting' },
  make: (context) => ({
    'clocked/greeting': described(context, toolStep(toolsOf(context), {
      kind: 'gzip', title: 'stamp greeting', inputs: { greeting: greeting(context) }, output: { name: 'text', kind: 'text' },
      commands: ({ input, output }) => [{ argv: ['sh', '-c', 'cat && date +%s.%N'], stdin: input('greeting'), stdout: output }],
    })),
  }),
};
`;

const SIZE_OF_GREETING = '#!ipxe\nkernel vmlinuz\ninitrd initrd\nboot https://example.org/os/v1.5.9-dev\n'.length + 'good morning\n'.length * 1000 + 1;

/** All of them take a minute and more. */
const around = process.env['RANCHEROS_TEST_RELEASE'] === undefined ? SURROUNDINGS.slice(0, 1) : SURROUNDINGS;

test('a target is built again in other surroundings, and what is the same is said with the steps that ran', async (t) => {
  const project = await tinyProject(await temporaryFolder(t));
  const { end, stdout, stderr } = await cli(['reproduce', 'packed', '--builds', String(around.length + 1), '--json'], { project });
  assert.equal(end, 0, stderr);
  const { files, repetitions } = JSON.parse(stdout) as Compared;
  assert.equal(files, 1);
  assert.deepEqual(
    repetitions.map(({ surroundings }) => surroundings),
    around.map(({ sentence }) => sentence),
  );
  for (const { stepsRun, surroundings } of repetitions) {
    const titles = stepsRun.map(({ title }) => title);
    for (const title of ['words', 'greeting', 'pack greeting']) assert.ok(titles.includes(title), `${title} did not run again: ${surroundings}`);
  }
});

test('a step whose tool reads the clock is named with the byte at which its output begins to differ, and so is the file', async (t) => {
  const project = await tinyProject(await temporaryFolder(t));
  await writeFile(path.join(project, 'targets/clocked.ts'), CLOCKED);
  const { end, stdout, stderr } = await cli(['reproduce', 'clocked'], { project });
  assert.equal(end, 4, stdout + stderr);
  const byte = /The step "stamp greeting" gave other bytes from the same inputs in a second build, from byte (\d+) on\./.exec(stderr)?.[1];
  assert.ok(Number(byte) >= SIZE_OF_GREETING, stderr);
  assert.match(stderr, /clocked\/greeting differs in a second build/);
  assert.doesNotMatch(stderr, /The step "greeting"/);
});

test('wrong words are refused before anything is built', async () => {
  for (const [words, sentence] of [
    [['reproduce'], /No target was named/],
    [['reproduce', 'amd46'], /There is no target "amd46"/],
    [['reproduce', 'amd64', '--builds', '1'], /--builds takes a whole number, not "1"\.[\s\S]*from 2 to 5/],
    [['reproduce', 'amd64', '--except', '('], /--except takes a regular expression, and "\(" is none/],
  ] as const) {
    const { end, stdout, stderr } = await cli(words);
    assert.equal(end, 2, stdout + stderr);
    assert.match(stderr, sentence);
  }
});
