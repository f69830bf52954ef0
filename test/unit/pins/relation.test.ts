import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dependencyText, parseDependencies, parseRelation, versionFits } from '../../../pipeline/pins/relation.ts';

test('a field is split into dependencies and their alternatives', () => {
  assert.deepEqual(parseDependencies('libc6 (>= 2.38), debconf (>= 0.5) | debconf-2.0,\n awk'), [
    [{ name: 'libc6', operator: '>=', version: '2.38' }],
    [{ name: 'debconf', operator: '>=', version: '0.5' }, { name: 'debconf-2.0' }],
    [{ name: 'awk' }],
  ]);
});

test('no field and an empty field mean no dependencies', () => {
  assert.deepEqual(parseDependencies(undefined), []);
  assert.deepEqual(parseDependencies(' '), []);
});

test('the qualifier “any” means nothing with one architecture, another one is kept', () => {
  assert.deepEqual(parseRelation('python3:any (>= 3.13~)'), { name: 'python3', operator: '>=', version: '3.13~' });
  assert.deepEqual(parseRelation('libc6:arm64'), { name: 'libc6', arch: 'arm64' });
});

test('the obsolete operators mean what the policy says', () => {
  assert.deepEqual(parseRelation('a (< 2)'), { name: 'a', operator: '<=', version: '2' });
  assert.deepEqual(parseRelation('a(> 2)'), { name: 'a', operator: '>=', version: '2' });
});

test('what is no relation is refused with its text', () => {
  for (const text of ['', 'UPPER', 'a (= )', 'a (~ 1)', 'a b']) {
    assert.throws(
      () => parseRelation(text),
      (error: unknown) => error instanceof RangeError && error.message.includes(JSON.stringify(text)),
    );
  }
});

test('each operator holds for the versions it names', () => {
  const fits = (operator: '<<' | '<=' | '=' | '>=' | '>>') => ['1', '2', '3'].filter((version) => versionFits(version, { name: 'a', operator, version: '2' })).join('');
  assert.deepEqual([fits('<<'), fits('<='), fits('='), fits('>='), fits('>>')], ['1', '12', '2', '23', '3']);
});

test('a dependency prints as it stands in a control file', () => {
  const text = 'libc6:arm64 (>= 2.38) | awk';
  assert.equal(dependencyText(parseDependencies(text)[0] ?? []), text);
});
