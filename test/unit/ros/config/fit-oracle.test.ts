import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { fit, typesOf } from '../../../../overlays/ros/config/fit.ts';
import { CLOUD_CONFIG } from '../../../../overlays/ros/config/schema.ts';
import type { Schema } from '../../../../overlays/ros/config/schema-words.ts';

const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true, keywords: ['restricts', 'closed', 'secret'] }).compile(CLOUD_CONFIG);

/** A small generator of numbers, so that a failure can be had again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Texts that mean nothing else, values of every type, fitting and not. */
const SCALARS = ['/etc/a', '10.0.0.1/24', '10.0.0.1', 'host', '0644', 'always', 'gzip', 'a b c', 'no such word', 0, 1, 1500, 99999, -1, 2.5, true, false] as const;

function value(schema: Schema, pick: (below: number) => number, depth: number): unknown {
  if (pick(12) === 0) return pick(2) === 0 ? [SCALARS[pick(SCALARS.length)], {}] : SCALARS[pick(SCALARS.length)];
  const types = typesOf(schema);
  const type = types[pick(types.length)];
  if (type === 'array') return Array.from({ length: pick(5) }, () => (schema.items ? value(schema.items, pick, depth + 1) : 'x'));
  if (type !== 'object') return SCALARS[pick(SCALARS.length)];
  const keys = Object.keys(schema.properties ?? {}).filter(() => pick(depth < 2 ? 2 : 4) === 0);
  if (schema.required && pick(4) > 0) keys.push(...schema.required);
  if (pick(6) === 0) keys.push('zzz');
  if (schema.additionalProperties) keys.push('one', 'two.three');
  return Object.fromEntries(keys.map((key) => [key, value(schema.properties?.[key] ?? (schema.additionalProperties || { type: 'string' }), pick, depth + 1)]));
}

test('what fits is what ajv finds valid, with the same schema', () => {
  let invalid = 0;
  for (let seed = 1; seed <= 400; seed += 1) {
    const given = value(CLOUD_CONFIG, numbers(seed), 0);
    // What merely looks like another type is understood; ajv is shown what came of it.
    const { value: fitting = {}, findings } = fit(CLOUD_CONFIG, given);
    assert.equal(validate(fitting), true, `seed ${seed}: ${JSON.stringify(validate.errors)}`);
    const again = fit(CLOUD_CONFIG, fitting);
    assert.deepEqual(again.value ?? {}, fitting, `seed ${seed}`);
    if (validate(given)) {
      assert.deepEqual(
        findings.filter(({ message }) => !message.includes('has no effect')),
        [],
        `seed ${seed}`,
      );
      assert.deepEqual(fitting, given, `seed ${seed}`);
    } else {
      invalid += 1;
    }
  }
  assert.ok(invalid > 100, `only ${invalid} values were invalid`);
});

test('every error of ajv is a finding at the same place', () => {
  for (let seed = 1000; seed < 1200; seed += 1) {
    const given = value(CLOUD_CONFIG, numbers(seed), 0);
    if (validate(given)) continue;
    const found = new Set(fit(CLOUD_CONFIG, given).findings.map(({ path }) => `/${path.join('/')}`));
    for (const error of validate.errors ?? []) {
      const place = error.keyword === 'additionalProperties' ? `${error.instancePath}/${String(error.params['additionalProperty'])}` : error.instancePath;
      const understood = error.keyword === 'type' || error.keyword === 'pattern' || error.keyword === 'enum' || error.keyword === 'maximum' || error.keyword === 'minimum';
      if (!understood) assert.ok(found.has(place === '' ? '/' : place), `seed ${seed}: ${place} ${error.message}`);
    }
  }
});
