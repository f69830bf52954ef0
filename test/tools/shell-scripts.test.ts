import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../rig/project.ts';
import { oracle } from '../rig/tools.ts';

/** Everything that ships lies in overlays; .ci has what proves a clone. */
const FOLDERS = ['.ci', 'overlays'];

const INTERPRETER = /^#!\/bin\/(?:sh|bash|busybox sh)\b/;
/** First line of a file that shells read and nobody executes. */
const DIRECTIVE = /^# shellcheck shell=(?:sh|bash)$/;

interface Script {
  readonly path: string;
  readonly text: string;
}

function files(folder: string): readonly string[] {
  return readdirSync(join(projectFolder, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(projectFolder.length + 1));
}

function scripts(): readonly Script[] {
  return FOLDERS.flatMap(files)
    .map((path) => ({ path, text: readFileSync(join(projectFolder, path), 'utf8') }))
    .filter(({ text }) => INTERPRETER.test(text) || DIRECTIVE.test(text.split('\n', 1)[0] ?? ''));
}

/** Files that a script reads exist in the machine only, and each is checked by itself; `mkdir -p -m` means the innermost directory. */
const EXCEPTIONS = '--exclude=SC1090,SC1091,SC2174';

/** Problems that shellcheck finds, as lines `file:line:column: level: message [code]`. A directive in a script names its exception. */
async function problems(all: readonly Script[]): Promise<string> {
  const contents = Object.fromEntries(all.map(({ path, text }) => [path.replaceAll('/', '+'), Buffer.from(text)]));
  const { stdout, stderr, exitCode } = await oracle(['shellcheck', '--norc', EXCEPTIONS, '--format=gcc', ...Object.keys(contents)], { set: 'oracles', files: contents });
  // 0: nothing found, 1: something found. All others are trouble of shellcheck's own.
  assert.ok(exitCode <= 1, `shellcheck ended with ${exitCode}: ${stderr}`);
  return stdout.toString('utf8').replaceAll('+', '/');
}

test('shellcheck finds nothing in any shell script', async () => {
  const all = scripts();
  const paths = all.map(({ path }) => path);
  for (const path of ['.ci/run', 'overlays/initrd/init', 'overlays/system/usr/lib/ros/process-file']) assert.ok(paths.includes(path), path);
  assert.equal(await problems(all), '');
});

test('shellcheck finds an error that is planted', async () => {
  assert.match(await problems([{ path: 'overlays/planted', text: '#!/bin/sh\nrm $1\n' }]), /^overlays\/planted:2:\d+: note: .*\[SC2086\]$/m);
});

test('every executable file of the overlays says which shell runs it', () => {
  const known = new Set(scripts().map(({ path }) => path));
  const executable = FOLDERS.flatMap(files).filter((path) => (statSync(join(projectFolder, path)).mode & 0o111) !== 0);
  assert.deepEqual(
    executable.filter((path) => !known.has(path)),
    [],
  );
});
