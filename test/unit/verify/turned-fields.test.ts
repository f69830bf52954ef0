import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../../rig/project.ts';

const READERS = 'pipeline/verify';
const TESTS = ['test/tools/validators.test.ts', 'test/tools/archive-validators.test.ts', 'test/tools/boot-file-validators.test.ts', 'test/tools/packed-validators.test.ts'];

/** Names of fields as they stand in a reader, `${…}` and all. */
const namesIn = (source: string): readonly string[] => [...source.matchAll(/fields\.(?:equal|require)\(\s*['`]([^'`]+)['`]/g)].map((match) => match[1] as string);

test('each field that verify names is turned by a test, which must find its name', () => {
  const rows = TESTS.map((file) => readFileSync(join(projectFolder, file), 'utf8')).join('\n');
  const files = readdirSync(join(projectFolder, READERS)).filter((file) => file.endsWith('.ts'));
  const names = files.flatMap((file) => namesIn(readFileSync(join(projectFolder, READERS, file), 'utf8')).map((name) => ({ file, name })));
  assert.ok(names.length > 200, `${names.length} fields were seen`);
  const missing = names.filter(({ name }) => !turned(name).test(rows)).map(({ file, name }) => `${file}: ${name}`);
  assert.deepEqual(missing, []);
});

/** A row may name the part that a field is of before it, and a number where the reader counts. */
function turned(name: string): RegExp {
  const parts = name.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`['\`.]${parts.join("[^'`]*")}['\`]`);
}
