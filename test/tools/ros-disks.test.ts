import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { projectFolder } from '../rig/project.ts';
import { toolRoot } from '../rig/tools.ts';

const MIB = 2 ** 20;
const PROGRAM = `import { whatIsThere } from './state/blank.ts';
import { quickjs } from './runtime/quickjs.ts';
const [path, bytes] = quickjs.args;
const device = { path, bytes: Number(bytes), readOnly: false, disk: path, number: 0, start: 0, tags: {} };
const found = whatIsThere(quickjs, device);
quickjs.print(JSON.stringify({ found, modified: quickjs.modified(path), none: quickjs.modified(path + '-none'), behind: quickjs.readAt(path, Number(bytes), 1) }));`;

let interpreter: readonly [string, ...string[]];
let folder: string;
let program: string;
before(async () => {
  // Of the system that is built, from its locked packages: never the host's.
  interpreter = toolProgram(await toolRoot('base'), 'qjs');
  folder = await temporaryDirectory('quickjs-disks');
  program = join(folder, 'ros.mjs');
  await build({
    stdin: { contents: PROGRAM, resolveDir: join(projectFolder, 'overlays/ros'), loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    target: 'es2022',
    mainFields: ['module', 'main'],
    external: ['std', 'os'],
    logLevel: 'error',
  });
});
after(() => removeTemporaryDirectory(folder));

interface Seen {
  readonly found?: string;
  readonly modified?: number;
  readonly none?: number;
  readonly behind?: object;
}

/** What the guest program on QuickJS sees of a disk with these bytes at this offset. */
function seen(bytes: number, data?: readonly [number, string]): Seen {
  const disk = join(folder, 'disk.img');
  const file = openSync(disk, 'w');
  ftruncateSync(file, bytes);
  if (data !== undefined) writeSync(file, data[1], data[0]);
  closeSync(file);
  utimesSync(disk, 1_700_000_000, 1_700_000_000);
  const [qjs, ...words] = interpreter;
  const { stdout, stderr } = spawnSync(qjs, [...words, '-m', program, disk, String(bytes)], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Seen;
}

test('on QuickJS a blank disk is blank, and a file tells when it was written', () => {
  assert.deepEqual(seen(256 * MIB), { modified: 1_700_000_000 });
});

const DATA: readonly (readonly [string, number, readonly [number, string], string])[] = [
  ['at a sample beyond 4 GiB', 6 * 1024 * MIB, [5 * 1024 * MIB + 100, 'x'], 'there is data at 5120 MiB, though nothing known is there'],
  ['between two samples', 256 * MIB, [100 * MIB + 5000, 'x'], 'there is data on it, though nothing known is there'],
  ['at its end', 256 * MIB, [256 * MIB - 512, 'EFI PART'], 'it has the second copy of a partition table (GPT) at its end'],
];
for (const [where, bytes, data, words] of DATA) {
  test(`on QuickJS a disk with data ${where} is not blank`, () => {
    assert.equal(seen(bytes, data).found, words);
  });
}
