import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { projectFolder } from '../rig/project.ts';
import { toolRoot } from '../rig/tools.ts';

let interpreter: readonly [string, ...string[]];
let folder: string;
before(async () => {
  // Of the system that is built, from its locked packages: never the host's.
  interpreter = toolProgram(await toolRoot('base'), 'qjs');
  folder = await temporaryDirectory('quickjs');
});
after(() => removeTemporaryDirectory(folder));

/** Bundles a program as launch.mjs does and runs it, its arguments behind it. */
async function run(program: string, args: readonly string[], input = ''): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string; readonly size: number }> {
  const outfile = join(folder, 'ros.mjs');
  await build({
    stdin: { contents: program, resolveDir: join(projectFolder, 'overlays/ros'), loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    target: 'es2022',
    mainFields: ['module', 'main'],
    external: ['std', 'os'],
    minify: true,
    logLevel: 'error',
  });
  const [file, ...words] = interpreter;
  const { status, stdout, stderr } = spawnSync(file, [...words, '-m', outfile, ...args], { input, encoding: 'utf8' });
  return { status, stdout, stderr, size: statSync(outfile).size };
}

const COMMAND = `import { config } from './commands/config.ts';
import { quickjs } from './runtime/quickjs.ts';
import * as std from 'std';
try { std.exit(config(quickjs, quickjs.args)); } catch (error) { quickjs.complain(error.message); std.exit(1); }`;

const FILES = `import { filesIn, writeFile } from './config/files.ts';
import { readUserDataFile } from './config/user-data.ts';
import { quickjs } from './runtime/quickjs.ts';
const [folder] = quickjs.args;
writeFile(quickjs, folder + '/conf/new/b.yml', 'hostname: b\\n');
writeFile(quickjs, folder + '/conf/new/b.yml', 'hostname: é\\n', '0640');
let refusal = '';
try { writeFile(quickjs, '/proc/nowhere/x', ''); } catch (error) { refusal = error.message; }
const { kind, config } = readUserDataFile(quickjs, folder + '/packed');
quickjs.print(JSON.stringify({ names: filesIn(quickjs, folder + '/conf/new'), none: filesIn(quickjs, folder + '/none'), refusal, kind, config }));`;

test('on QuickJS a configuration is validated with the places of its mistakes', async () => {
  const file = join(folder, 'a.yml');
  writeFileSync(file, '#cloud-config\nhostname: a\nrancher:\n  docker: {tls: [x]}\n  netwrok: {}\nruncmd: [a\n');
  const { status, stdout, stderr } = await run(COMMAND, ['validate', '-i', file]);
  assert.equal(stderr, '');
  assert.equal(status, 1);
  const lines = stdout.trim().split('\n');
  assert.match(lines.join('\n'), new RegExp(`${file}:4:12: error: “rancher\\.docker\\.tls” must be true or false, not a list`));
  assert.match(lines.join('\n'), /:5:3: warning: “rancher\.netwrok” is not known .* Did you mean “network”\?/);
  assert.match(lines.join('\n'), /:6:1: error: This part, from “runcmd: \[a” on, is left out/);
});

test('on QuickJS of a file that is far too large only the beginning is read', async () => {
  const file = join(folder, 'large.yml');
  writeFileSync(file, 'hostname: a\n');
  truncateSync(file, 2 ** 33);
  const { status, stdout } = await run(COMMAND, ['validate', '-i', file]);
  assert.equal(status, 1);
  assert.match(stdout, /more than 262144 characters/);
});

test('on QuickJS a folder is no configuration', async () => {
  const { status, stderr } = await run(COMMAND, ['validate', '-i', folder]);
  assert.equal(status, 1);
  assert.match(stderr, /cannot be read/);
});

test('on QuickJS the standard input is read to its end', async () => {
  const { status, stdout } = await run(COMMAND, ['validate'], `${'# x\n'.repeat(40_000)}hostname: [a]\n`);
  assert.match(stdout, /^standard input:40001:1: error: “hostname” must be/);
  assert.equal(status, 1);
});

test('on QuickJS what is deeply nested or hostile ends with a sentence', async () => {
  for (const text of ['['.repeat(50_000), 'a: '.repeat(20_000), '- '.repeat(50_000)]) {
    const file = join(folder, 'deep.yml');
    writeFileSync(file, text);
    const { status, stdout, stderr } = await run(COMMAND, ['validate', '-i', file]);
    assert.equal(status, 1, `${text.slice(0, 8)}: ${stderr}`);
    assert.match(stdout, /deep\.yml:\d+:\d+: error: /);
  }
});

test('on QuickJS images are listed and failures end with their status', async () => {
  const file = join(folder, 'services.yml');
  writeFileSync(file, 'rancher: {services: {a: {image: "x:1"}}}\n');
  assert.equal((await run(COMMAND, ['images', '-i', file])).stdout, 'x:1\n');
  assert.equal((await run(COMMAND, ['images', '-i', '/nowhere'])).status, 1);
  assert.equal((await run(COMMAND, ['imags'])).status, 2);
});

test('on QuickJS files are written for root only, listed and unpacked', async () => {
  writeFileSync(join(folder, 'packed'), gzipSync('#cloud-config\nhostname: node\n'));
  const { stdout } = await run(FILES, [folder]);
  assert.deepEqual(JSON.parse(stdout), {
    names: ['b.yml'],
    none: [],
    refusal: '/proc/nowhere/x cannot be written; are you root, and is there room left?',
    kind: 'cloud-config',
    config: { hostname: 'node' },
  });
  assert.equal(readFileSync(join(folder, 'conf/new/b.yml'), 'utf8'), 'hostname: é\n');
  assert.equal(statSync(join(folder, 'conf/new/b.yml')).mode & 0o777, 0o640);
  assert.equal(statSync(join(folder, 'conf/new')).mode & 0o777, 0o700);
});

test('on QuickJS a command that is refused before anything is read ends with its sentence and no stack', async () => {
  for (const words of [['upgrade'], ['recovery-init'], ['nothing-like-it'], ['os', 'upgrade']]) {
    const { status, stdout, stderr } = await run("import './main.ts';", words);
    assert.ok(status === 1 || status === 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^ros: /);
    assert.doesNotMatch(stderr, /unhandled| {4}at /);
  }
});

test('ros config and its libraries stay a small bundle', async () => {
  const { size } = await run(COMMAND, ['images', '-i', '/nowhere']);
  // 98 KB of it are YAML, which a machine loads only when it reads a file that is new, and 34 KB what is said of commands, files, keys and values that have no effect.
  assert.ok(size < 205_000, `${size} bytes`);
});

/** `ros config` on a folder that stands for the root of a machine. */
const IN_FOLDER = `import { config } from './commands/config.ts';
import { quickjs } from './runtime/quickjs.ts';
import { sentenceOf } from './runtime/sentence.ts';
import * as std from 'std';
const [root, ...args] = quickjs.args;
const place = (word) => (/^\\/(var|run|usr\\/share|proc\\/cmdline)/.test(word) ? root + word : word);
const system = {
  ...quickjs,
  readText: (path, most) => quickjs.readText(place(path), most),
  files: (path) => quickjs.files(place(path)),
  writeText: (path, text) => quickjs.writeText(place(path), text),
  rename: (from, to) => quickjs.rename(place(from), place(to)),
  runAll: (commands) => quickjs.runAll(commands.map((command) => ({ ...command, argv: command.argv.map(place) }))),
  withLock: (lock, work) => quickjs.withLock({ ...lock, path: place(lock.path) }, work),
};
try { std.exit(config(system, args)); } catch (error) { quickjs.complain(sentenceOf(error)); std.exit(1); }`;

test('on QuickJS eight changes at once are all kept', async () => {
  const root = join(folder, 'together');
  mkdirSync(join(root, 'var/lib/rancher/conf'), { recursive: true });
  // The first run bundles the program.
  assert.equal((await run(IN_FOLDER, [root, 'set', 'hostname', 'a'])).status, 0);
  const [file, ...words] = interpreter;
  const set = (number: number) =>
    new Promise<number | null>((resolve) => {
      const child = spawn(file, [...words, '-m', join(folder, 'ros.mjs'), root, 'set', `rancher.environment.N${number}`, `value ${number}`], { stdio: 'inherit' });
      child.once('exit', resolve);
    });
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
  assert.deepEqual(
    await Promise.all(numbers.map(set)),
    numbers.map(() => 0),
  );
  const { stdout } = await run(IN_FOLDER, [root, 'get', 'rancher.environment', '--json']);
  assert.deepEqual(JSON.parse(stdout), Object.fromEntries(numbers.map((number) => [`N${number}`, `value ${number}`])));
  assert.deepEqual(readdirSync(join(root, 'var/lib/rancher/conf')), ['cloud-config.yml']);
});

test('on QuickJS whoever waits in vain for another change is told so, and changes nothing', async () => {
  const root = join(folder, 'locked');
  mkdirSync(join(root, 'run/ros'), { recursive: true });
  const holder = spawn('flock', [join(root, 'run/ros/config.lock'), 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  const { status, stderr } = await run(IN_FOLDER.replace('{ ...lock,', '{ ...lock, seconds: 1,'), [root, 'set', 'hostname', 'a']);
  holder.stdin.end();
  assert.equal(status, 1);
  assert.equal(stderr, 'ros: somebody else is changing the configuration; nothing was changed\n');
  assert.equal(existsSync(join(root, 'var/lib/rancher/conf/cloud-config.yml')), false);
});

test('on QuickJS an export that cannot be written fails', async () => {
  const root = join(folder, 'full');
  assert.equal((await run(IN_FOLDER, [root, 'set', 'hostname', 'a'])).status, 0);
  const [file, ...words] = interpreter;
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(file, [...words, '-m', join(folder, 'ros.mjs'), root, 'export'], { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
  closeSync(full);
  assert.equal(status, 1);
  assert.match(stderr, /^ros: the standard output cannot be written: no space left on device\n$/);
});

test('on QuickJS what stands behind !!binary is read, and a file with it can be changed', async () => {
  const root = join(folder, 'binary');
  mkdirSync(join(root, 'var/lib/rancher/conf'), { recursive: true });
  writeFileSync(join(root, 'var/lib/rancher/conf/cloud-config.yml'), 'write_files:\n- path: /a\n  content: !!binary aGVsbG8=\n- {path: /b, content: !!binary H4sIAAAA/w==, encoding: gzip}\n');
  assert.equal((await run(IN_FOLDER, [root, 'set', 'hostname', 'a'])).status, 0);
  const { stdout } = await run(IN_FOLDER, [root, 'get', 'write_files', '--json']);
  assert.deepEqual(JSON.parse(stdout), [
    { path: '/a', content: 'hello' },
    { path: '/b', content: 'H4sIAAAA/w==', encoding: 'gz+b64' },
  ]);
});

test('on QuickJS a file of aliases that name each other ends with a sentence', async () => {
  const file = join(folder, 'bomb.yml');
  writeFileSync(file, `a0: &a0 [x, x]\n${Array.from({ length: 40 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`).join('\n')}\nhostname: a\n`);
  const { status, stdout } = await run(COMMAND, ['validate', '-i', file]);
  assert.equal(status, 1);
  assert.match(stdout, /bomb\.yml:1:1: error: This YAML cannot be read: Excessive alias count/);
});
