import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { hostProgram } from '../../pipeline/emulator/program.ts';
import { removeTemporaryFolder, temporaryFolder } from '../../pipeline/exec/temporary-folder.ts';
import { projectFolder } from '../rig/project.ts';
import { toolRoot } from '../rig/tools.ts';

let interpreter: readonly [string, ...string[]];
let folder: string;
before(async () => {
  // Of the system that is built, from its locked packages: never the host's.
  interpreter = hostProgram(await toolRoot('base'), 'qjs').argv;
  folder = await temporaryFolder('quickjs');
});
after(() => removeTemporaryFolder(folder));

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

test('ros config and its libraries stay a small bundle', async () => {
  const { size } = await run(COMMAND, ['images', '-i', '/nowhere']);
  assert.ok(size < 160_000, `${size} bytes`);
});
