import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { projectFolder } from '../rig/project.ts';
import { importedPaths, quotedTexts, sourcesBelow, visitFile } from './syntax.ts';

const READERS = 'pipeline/verify/formats.ts';
/** Writers that no test calls by themselves, and the test that runs them with all that is around them. */
const IN_A_WHOLE: { readonly [kind: string]: string } = { 'install-parts': 'test/tools/install.test.ts' };

const tests = ['test/unit', 'test/tools'].flatMap((folder) => sourcesBelow(folder));
const imported = importedPaths(tests);
const kinds = sourcesBelow('pipeline/steps', /\/write\.ts$/).map((file) => file.split('/')[2] ?? '');

test('each writer of a step is run by a test', () => {
  assert.ok(kinds.length > 20, `only ${kinds.length} writers were found in pipeline/steps/*/write.ts`);
  const untested = kinds.filter((kind) => !imported.some((path) => path.endsWith(`/steps/${kind}/write.ts`)) && !existsSync(join(projectFolder, IN_A_WHOLE[kind] ?? 'nothing')));
  assert.equal(
    untested.length,
    0,
    `No test runs ${untested.map((kind) => `pipeline/steps/${kind}/write.ts`).join(', ')}: write test/unit/steps/<kind>.test.ts (as text.test.ts), or test/tools/<format>.test.ts for a format.`,
  );
});

test('each container of a disk is read by qemu-img, which did not write it', () => {
  const disks = kinds.filter((kind) => /'virtual-disk'/.test(readFileSync(join(projectFolder, 'pipeline/steps', kind, 'step.ts'), 'utf8')));
  assert.ok(disks.length >= 3, `only ${disks.join(', ')} give a 'virtual-disk'`);
  const oracles = tests.filter((file) => file.startsWith('test/tools/') && (importedPaths([file]).some((path) => path.endsWith('/disk-format.ts')) || quotedTexts([file]).has('qemu-img')));
  const compared = importedPaths(oracles);
  const alone = disks.filter((kind) => !compared.some((path) => path.endsWith(`/steps/${kind}/write.ts`)));
  assert.equal(alone.length, 0, `qemu-img reads nothing of pipeline/steps/${alone.join(', ')}: write test/tools/<format>.test.ts with diskFormatTests of test/tools/disk-format.ts.`);
});

test('each reader of a format is tried on fields that were changed', () => {
  const validators: string[] = [];
  visitFile(READERS, (node) => {
    if (ts.isImportSpecifier(node) && node.name.text.startsWith('validate')) validators.push(node.name.text);
  });
  assert.ok(validators.length > 10, `${READERS} imports only ${validators.join(', ')}`);
  const called = namesIn(tests.filter((file) => file.startsWith('test/tools/') && file.endsWith('.test.ts')));
  const untried = validators.filter((name) => !called.has(name));
  assert.equal(untried.length, 0, `No test changes a field under ${untried.join(', ')}: add diskFormatTests(…) or mutations(…) with rows of [field, offset] in test/tools/<format>.test.ts.`);
});

/** Names that files use, beside importing them. */
function namesIn(files: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const file of files) {
    visitFile(file, (node) => {
      if (ts.isIdentifier(node) && !ts.isImportSpecifier(node.parent)) found.add(node.text);
    });
  }
  return found;
}
