import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { projectFolder } from '../rig/project.ts';
import { cli, eventsOf, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

interface Schema {
  readonly oneOf: readonly { readonly $ref: string }[];
  readonly $defs: { readonly [name: string]: object };
}

const schema = JSON.parse(await readFile(path.join(projectFolder, 'pipeline/report/events.schema.json'), 'utf8')) as Schema;
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
/** The schema as a reader has it, and one that knows no other member than those it lists: nothing may come that is not described. */
const validate = ajv.compile(schema);
const closed = JSON.parse(JSON.stringify(schema), (_, value: unknown) =>
  typeof value === 'object' && value !== null && 'properties' in value ? { additionalProperties: false, ...value } : value,
) as object;
const validateClosed = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(closed);

/** The types of some lines, each of which is as the schema says. */
function typesOf(stdout: string): readonly string[] {
  return eventsOf(stdout).map((event) => {
    assert.ok(validate(event), `${JSON.stringify(event)}: ${ajv.errorsText(validate.errors)}`);
    assert.ok(validateClosed(event), `${JSON.stringify(event)}: ${ajv.errorsText(validateClosed.errors)}`);
    return event.type;
  });
}

test('every line of --json is as its schema says', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const seen = new Set<string>();
  const dist = path.join(folder, 'dist');
  const place = ['--cache', path.join(folder, 'cache'), '--dist', dist];
  const run = async (...words: readonly string[]) => {
    const { end, stdout, stderr } = await cli([...words, '--json'], { project, cwd: project });
    const types = typesOf(stdout);
    for (const type of types) seen.add(type);
    return { end, types, stderr, events: eventsOf(stdout) };
  };

  await t.test('of a build: the plan first, the result last, with what came of it', async () => {
    const { end, types, events } = await run('build', 'tiny', ...place);
    assert.deepEqual([end, types[0], types.at(-1)], [0, 'plan', 'result']);
    const result = events.at(-1);
    assert.ok(result?.type === 'result');
    const { bytes, ...rest } = result;
    assert.ok(bytes !== undefined && bytes > 1000);
    assert.deepEqual(rest, {
      format: 1,
      type: 'result',
      command: 'build',
      exitCode: 0,
      version: 'v1.5.9-dev',
      directory: path.join(dist, 'v1.5.9-dev'),
      isLatest: true,
      files: 1,
      stepsRun: 2,
      stepsReused: 0,
      targetsBuilt: ['tiny'],
      targetsFailed: [],
      targetsTakenOut: [],
    });
  });

  await t.test('of downloads and a tool, with the tools in the store of this user', async () => {
    const { end, types, stderr } = await cli(['build', 'packed', '--json', '--dist', dist], { project, cwd: project }).then(async ({ end, stdout, stderr }) => ({
      end,
      types: typesOf(stdout),
      stderr,
    }));
    assert.equal(end, 0, stderr);
    assert.ok(types.includes('step-end') && types.at(-1) === 'result');
  });

  await t.test('of verify', async () => {
    const { end, types, events } = await run('verify', '--dist', dist, '--cache', path.join(folder, 'cache'));
    assert.equal(types.at(-1), 'result');
    const result = events.at(-1);
    assert.equal(result?.type === 'result' && result.exitCode, end);
  });

  await t.test('of a step that fails', async () => {
    await writeFile(
      path.join(project, 'targets/broken.ts'),
      `export default { name: 'broken', arch: 'amd64', summary: 'broken', files: { 'broken/file': 'a file' }, make: (context) => ({ 'broken/file': context.graph.add({ kind: 'concat', title: 'broken', action: { type: 'builtin', writer: 'concat', options: { parts: ['missing'] } }, inputs: {}, outputs: { file: 'text' } }).file }) };\n`,
    );
    const { end, types, events } = await run('build', 'tiny', 'broken', ...place);
    assert.notEqual(end, 0);
    assert.ok(types.includes('failure'), types.join());
    const result = events.at(-1);
    assert.ok(result?.type === 'result');
    assert.deepEqual([result.exitCode, result.targetsBuilt, result.targetsFailed], [end, ['tiny'], ['broken']]);
  });

  await t.test('of a download that fails', async () => {
    const env = { http_proxy: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' };
    const { end, stdout } = await cli(['build', 'packed', '--json', ...place], { project, cwd: project, env });
    const types = typesOf(stdout);
    for (const type of types) seen.add(type);
    assert.equal(end, 1);
    assert.ok(types.includes('step-failed') && types.includes('failure') && types.includes('note') && types.at(-1) === 'result', [...new Set(types)].join());
  });

  for (const [sentence, words, code] of [
    ['a word that no command has', ['biuld'], 2],
    ['an option that does not exist', ['build', '--tarqet', 'x'], 2],
    ['no target', ['build'], 2],
    ['a wrong target of a command that prints a document', ['plan', 'nothing'], 2],
    ['a version that was never built', ['verify', 'v7.7.7'], 2],
    ['no command', ['--dist'], 2],
  ] as const) {
    await t.test(`of a usage error: ${sentence}`, async () => {
      const { end, types, events, stderr } = await run(...words);
      assert.deepEqual([end, types], [code, ['failure', 'result']]);
      const [failure, result] = events;
      assert.ok(failure?.type === 'failure' && stderr.includes(failure.failure.message));
      assert.ok(result?.type === 'result' && result.exitCode === code && result.command === words[0]);
    });
  }

  await t.test('of a mistake in a file of the project', async () => {
    await appendFile(path.join(project, 'targets/packages.yaml'), '\n  : [\n');
    const { end, types, events } = await run('build', 'tiny', ...place);
    assert.deepEqual([end, types.at(-1)], [2, 'result']);
    assert.ok(events.some((event) => event.type === 'failure' && event.failure.place?.line !== undefined));
  });
});

test('the schema knows every event, and refuses what is none', () => {
  const names = schema.oneOf.map(({ $ref }) => $ref.replace('#/$defs/', '')).sort();
  assert.deepEqual(names, ['download-end', 'download-progress', 'download-start', 'failure', 'file', 'note', 'plan', 'result', 'step-end', 'step-failed', 'step-start']);
  for (const wrong of [
    { type: 'note', level: 'info', message: 'x' },
    { format: 2, type: 'note', level: 'info', message: 'x' },
    { format: 1, type: 'note', level: 'loud', message: 'x' },
    { format: 1, type: 'end' },
    { format: 1, type: 'result', command: 'build' },
  ])
    assert.equal(validate(wrong), false, JSON.stringify(wrong));
});
