import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { projectFolder } from '../rig/project.ts';
import { toolRoot } from '../rig/tools.ts';

// How the guest program runs other programs and writes, on the interpreter of the release.

let interpreter: readonly [string, ...string[]];
let folder: string;
before(async () => {
  interpreter = toolProgram(await toolRoot('base'), 'qjs');
  folder = await temporaryDirectory('processes');
});
after(() => removeTemporaryDirectory(folder));

interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program that has `system` and `must`; what hangs is ended after a minute and has no status. */
async function run(program: string, { args = [], stdout = 'pipe' }: { readonly args?: readonly string[]; readonly stdout?: 'pipe' | number } = {}): Promise<Ended> {
  const outfile = join(folder, 'program.mjs');
  await build({
    stdin: {
      contents: `import * as std from 'std';
import { must, run } from './runtime/run.ts';
import { quickjs as system } from './runtime/quickjs.ts';
const large = (length) => 'a'.repeat(length);
const told = (work) => { try { work(); return 'done'; } catch (error) { return error.message; } };
${program}
std.exit(0);`,
      resolveDir: join(projectFolder, 'overlays/ros'),
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    target: 'es2022',
    mainFields: ['module', 'main'],
    external: ['std', 'os'],
    logLevel: 'error',
  });
  const [file, ...words] = interpreter;
  const ended = spawnSync(file, [...words, '-m', outfile, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'pipe'],
    maxBuffer: 2 ** 26,
    timeout: 60_000,
  });
  return { status: ended.status, signal: ended.signal, stdout: ended.stdout ?? '', stderr: ended.stderr };
}

const succeeded = ({ status, signal, stderr, stdout }: Ended): string => {
  assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' });
  return stdout.trimEnd();
};

test('a child that does not read its input, of any size, costs no more than its own failure', async () => {
  const ended = await run(`
for (const length of [10, 100_000, 3_000_000]) {
  system.print(told(() => must(system, ['sh', '-c', 'exit 3'], { stdin: large(length) })));
  system.print(told(() => must(system, ['sh', '-c', 'exec <&-; sleep 0.2; echo full disk; exit 4'], { stdin: large(length) })));
}
system.print(run(system, ['/nowhere/program'], { stdin: large(3_000_000) }).status);`);
  const each = ['sh failed with status 3', 'sh failed with status 4: full disk'];
  assert.deepEqual(succeeded(ended).split('\n'), [...each, ...each, ...each, '127']);
});

test('a large input and a large output at once come through whole, and several programs at a time too', async () => {
  const ended = await run(`
const text = 'é€😀x'.repeat(300_000);
const results = system.runAll([{ argv: ['cat'], stdin: text }, { argv: ['tr', 'a', 'b'], stdin: large(2_000_000) }, { argv: ['echo', 'x'] }]);
system.print(JSON.stringify([results[0].stdout === text, results[1].stdout === 'b'.repeat(2_000_000), results[2].stdout]));`);
  assert.deepEqual(JSON.parse(succeeded(ended)), [true, true, 'x\n']);
});

test('output that was taken while the child was fed is text like any other', async () => {
  const ended = await run(`
const { stdout } = run(system, ['sh', '-c', 'printf "a\\\\377b"; cat >/dev/null; printf "\\\\303"'], { stdin: large(1_000_000) });
system.print(JSON.stringify(stdout));`);
  assert.equal(JSON.parse(succeeded(ended)), 'a\ufffdb\ufffd');
});

test('a program that ends while somebody else holds its input is not fed for ever', async () => {
  const ended = await run(`
const result = run(system, ['sh', '-c', 'sleep 30 <&0 >/dev/null 2>&1 & echo $!; exit 7'], { stdin: large(1_000_000) });
run(system, ['kill', result.stdout.trim()]);
system.print(result.status);`);
  assert.equal(succeeded(ended), '7');
});

test('a program that prints without an end is ended, and that is told', async () => {
  const ended = await run(`
system.print(told(() => run(system, ['yes'])));
system.print(told(() => run(system, ['sh', '-c', 'yes; exit 0'], { stdin: large(1_000_000) })));`);
  const each = (program: string) => `${program} printed more than 16 MiB; it was ended, and its output is not used`;
  assert.equal(succeeded(ended), `${each('yes')}\n${each('sh')}`);
});

test('children get back the signals that this program handles for itself', async () => {
  const ended = await run(`system.print(run(system, ['sh', '-c', '(yes; echo $? >&2) | head -n 1'], { withErrors: true }).stdout);`);
  assert.match(succeeded(ended), /^141$/m);
});

test('a write that did not succeed fails with the reason', async () => {
  const ended = await run(
    `
for (const work of [
  () => system.writeText('/dev/full', 'x'),
  () => system.appendText('/dev/full', 'x'),
  () => system.writeText('/proc/sys/kernel/nowhere', 'x'),
  () => system.writeText(system.args[0] + '/none/x', 'x'),
]) system.print(told(work));
system.writeText(system.args[0] + '/text', 'é€😀');
system.appendText(system.args[0] + '/text', large(200_000));`,
    { args: [folder] },
  );
  const lines = succeeded(ended).split('\n');
  assert.deepEqual(lines.slice(0, 2), Array(2).fill('/dev/full cannot be written: no space left on device'));
  assert.match(lines[2] ?? '', /^\/proc\/sys\/kernel\/nowhere cannot be written: /);
  assert.match(lines[3] ?? '', /none\/x cannot be written: no such file or directory/);
  assert.equal(readFileSync(join(folder, 'text'), 'utf8'), `é€😀${'a'.repeat(200_000)}`);
});

test('output that cannot be written is a failure, and a reader that has enough is none', async () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = await run(`system.complain(told(() => system.print('x')));`, { stdout: full });
  closeSync(full);
  assert.equal(status, 0);
  assert.equal(stderr, 'ros: the standard output cannot be written: no space left on device\n');
  const lines = `for (let left = 20_000; left > 0; left -= 1) system.print('a line of a long list');
system.writeText(system.args[0], 'all work is done');`;
  await run(lines, { args: [join(folder, 'once')] });
  const [file, ...words] = interpreter;
  const script = '("$@"; echo "status $?" >&2) | head -n 1';
  const program = [file, ...words, '-m', join(folder, 'program.mjs'), join(folder, 'done')];
  const piped = spawnSync('sh', ['-c', script, 'sh', ...program], { encoding: 'utf8' });
  assert.deepEqual([piped.stdout, piped.stderr], ['a line of a long list\n', 'status 0\n']);
  assert.equal(readFileSync(join(folder, 'done'), 'utf8'), 'all work is done');
});

test('a record for the kernel log is one write, which is all that the kernel takes for one', async () => {
  const pipe = join(folder, 'kmsg');
  spawnSync('mkfifo', [pipe]);
  const reader = spawn('dd', [`if=${pipe}`, 'bs=4096', 'count=1', 'status=none'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const read = text(reader.stdout);
  succeeded(
    await run(
      `
import { alarm } from './runtime/kernel-log.ts';
alarm({ ...system, appendText: (path, record) => system.appendText(system.args[0], record) }, 'no state disk: ' + large(900));`,
      { args: [pipe] },
    ),
  );
  assert.equal(await read, `<3>ros: no state disk: ${'a'.repeat(900)}\n`);
});

/** The whole program, with this in the place of the command `version`. */
async function withVersion(contents: string): Promise<Ended> {
  const outfile = join(folder, 'main.mjs');
  await build({
    entryPoints: [join(projectFolder, 'overlays/ros/main.ts')],
    outfile,
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    target: 'es2022',
    mainFields: ['module', 'main'],
    external: ['std', 'os'],
    logLevel: 'error',
    plugins: [
      {
        name: 'another-version',
        setup(context) {
          context.onLoad({ filter: /commands\/version\.ts$/ }, () => ({ contents, loader: 'ts' }));
        },
      },
    ],
  });
  const [file, ...words] = interpreter;
  const ended = spawnSync(file, [...words, '-m', outfile, 'version'], { encoding: 'utf8', timeout: 60_000 });
  return { status: ended.status, signal: ended.signal, stdout: ended.stdout, stderr: ended.stderr };
}

test('whatever error a command meets, it ends with a sentence and not with a stack', async () => {
  for (const [body, what] of [
    ['undefined.forEach()', 'TypeError'],
    ['const endless = (): number => 1 + endless(); endless()', 'InternalError'],
    ["throw 'a text'", 'a text'],
    ['JSON.parse("{")', 'SyntaxError'],
  ] as const) {
    const { status, stderr } = await withVersion(`export const version = () => { ${body}; return 0; };`);
    assert.equal(status, 1, body);
    assert.match(stderr, new RegExp(`^ros: ros has a fault of its own here \\(${what}.*\\); please report this sentence\n$`));
  }
  assert.equal((await withVersion('export const version = () => 0;')).status, 0);
});

test('a command that cannot be loaded ends with a sentence too', async () => {
  const { status, stderr } = await withVersion('throw new TypeError("half a file"); export const version = () => 0;');
  assert.equal(status, 1);
  assert.match(stderr, /^ros: ros has a fault of its own here \(TypeError: half a file.*\)/);
});
