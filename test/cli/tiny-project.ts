import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectCopy } from './cli.ts';

/** A target of two steps of ours: a text of the version, joined to the files of a directory. Together they are a script for iPXE as far as `verify` reads one. */
const TINY = `
const text = (title, value) => ({ kind: 'text', title, action: { type: 'builtin', writer: 'text', options: { text: value } }, inputs: {}, outputs: { text: 'text' } });
export const greeting = (context) => {
  const words = context.graph.add(text('words', '#!ipxe\\nkernel vmlinuz\\ninitrd initrd\\nboot https://example.org/os/' + context.version + '\\n')).text;
  const inputs = { 'part/0': words, 'part/1': { from: 'repository', path: 'overlays/tiny' }, 'part/2': { from: 'repository', path: 'overlays/tiny.end' } };
  return context.graph.add({ kind: 'concat', title: 'greeting', action: { type: 'builtin', writer: 'concat', options: { parts: ['0', '1', '2'] } }, inputs, outputs: { file: 'text' } }).file;
};
export const described = (context, script) => {
  context.describe(script, { kind: 'ipxe', contents: { script } });
  return script;
};
export default {
  name: 'tiny', arch: 'amd64', summary: 'a greeting', files: { 'tiny/greeting': 'the greeting' },
  make: (context) => ({ 'tiny/greeting': described(context, greeting(context)) }),
};
`;

/** One more step, of a native tool. */
const PACKED = `
import { toolsOf } from '../pipeline/recipes/tool-image.ts';
import { toolStep } from '../pipeline/steps/kit/tool.ts';
import { described, greeting } from './tiny.ts';
export default {
  name: 'packed', arch: 'amd64', summary: 'a packed greeting', files: { 'packed/greeting.gz': 'the packed greeting' },
  make: (context) => ({
    'packed/greeting.gz': described(context, toolStep(toolsOf(context), {
      kind: 'gzip', title: 'pack greeting', inputs: { greeting: greeting(context) }, output: { name: 'gzip', kind: 'gzip' },
      commands: ({ input, output }) => [{ argv: ['gzip', '-n', '-9'], stdin: input('greeting'), stdout: output }],
    })),
  }),
};
`;

/** The same, by a native tool that takes some seconds: long enough to be stopped in the middle. */
const SLOW = `
import { toolsOf } from '../pipeline/recipes/tool-image.ts';
import { toolStep } from '../pipeline/steps/kit/tool.ts';
import { described, greeting } from './tiny.ts';
export default {
  name: 'slow', arch: 'amd64', summary: 'a slow greeting', files: { 'slow/greeting': 'the slow greeting' },
  make: (context) => ({
    'slow/greeting': described(context, toolStep(toolsOf(context), {
      kind: 'gzip', title: 'copy greeting', inputs: { greeting: greeting(context) }, output: { name: 'text', kind: 'text' },
      commands: ({ input, output }) => [{ argv: ['sh', '-c', 'sleep 4 && cat'], stdin: input('greeting'), stdout: output }],
    })),
  }),
};
`;

/** A copy of the project whose only targets are `tiny` (two steps), and `packed` and `slow` (one step of a tool behind them). */
export async function tinyProject(folder: string): Promise<string> {
  const project = await projectCopy(folder);
  const targets = path.join(project, 'targets');
  for (const name of await readdir(targets)) if (/\.(ts|md)$/.test(name)) await rm(path.join(targets, name));
  await writeFile(path.join(targets, 'tiny.ts'), TINY);
  await writeFile(path.join(targets, 'packed.ts'), PACKED);
  await writeFile(path.join(targets, 'slow.ts'), SLOW);
  await mkdir(path.join(project, 'overlays/tiny'));
  await writeFile(path.join(project, 'overlays/tiny/greeting'), 'good morning\n'.repeat(1000));
  await writeFile(path.join(project, 'overlays/tiny.end'), '\n');
  return project;
}
