import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type Row, schemaRows } from '../../../../overlays/ros/config/describe.ts';
import { typesOf } from '../../../../overlays/ros/config/fit.ts';
import { problemText } from '../../../../overlays/ros/config/problem.ts';
import { readCloudConfig } from '../../../../overlays/ros/config/read.ts';
import { ENTRIES } from './entries.ts';
import { observed } from './observe.ts';

const ROWS = schemaRows();

/** Keys with a value of their own: no group, and no list or mapping whose rows follow. */
const isLeaf = ({ key, schema, like }: Row): boolean =>
  like !== undefined || (schema.properties === undefined && !ROWS.some((other) => other.key.startsWith(`${key}[]`) || other.key.startsWith(`${key}.NAME`)));

const LEAVES = ROWS.filter(isLeaf);

test('every key of the schema has a proof of its effect, or is marked as without effect', () => {
  const lacking = LEAVES.filter(({ key, schema }) => schema.deprecated !== true && ENTRIES[key] === undefined);
  assert.deepEqual(
    lacking.map(({ key }) => key),
    [],
  );
  const needless = Object.keys(ENTRIES).filter((key) => !LEAVES.some((row) => row.key === key && row.schema.deprecated !== true));
  assert.deepEqual(needless, []);
});

/** The keys from the top to the one that is meant, in this configuration: the names that the user chose, and the first item of a list. */
function pathIn(config: unknown, key: string): (string | number)[] {
  const path: (string | number)[] = [];
  let here = config as Record<string, unknown>;
  for (const step of key.split(/\.|(?=\[\])/)) {
    const next = step === '[]' ? 0 : step === 'NAME' ? (Object.keys(here)[0] ?? '') : step;
    path.push(next);
    here = here[next] as Record<string, unknown>;
  }
  return path;
}

function without(config: unknown, path: readonly (string | number)[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (Array.isArray(config)) return config.map((item, index) => (index === step ? without(item, rest) : (item as unknown)));
  return Object.fromEntries(Object.entries(config as object).flatMap(([key, value]) => (key !== step ? [[key, value]] : rest.length === 0 ? [] : [[key, without(value, rest)]])));
}

for (const [key, [text, part, seen]] of Object.entries(ENTRIES)) {
  test(`${key} has an effect: ${part}`, () => {
    const config: unknown = parse(text);
    assert.match(observed(JSON.stringify(config), part), seen);
    assert.doesNotMatch(observed(JSON.stringify(without(config, pathIn(config, key))), part), seen, 'it is there without the key too');
  });
}

const SAMPLES = { string: 'x', integer: 1, boolean: true, array: [], object: {}, null: null } as const;

for (const { key, schema } of ROWS.filter((row) => row.schema.deprecated === true)) {
  test(`${key} is without effect, and whoever sets it is told, with what stands in its place`, () => {
    const [type = 'string'] = typesOf(schema);
    const config = key
      .split('.')
      .reverse()
      .reduce<unknown>((below, step) => ({ [step === 'NAME' ? 'mine' : step]: below }), SAMPLES[type]);
    const [said = '', ...more] = readCloudConfig(JSON.stringify(config), 'a.yml').problems.map(problemText);
    assert.deepEqual(more, []);
    assert.match(said, / has no effect\. [A-Z].*\.$/);
    assert.ok(said.endsWith(schema.description ?? ''), said);
  });
}
