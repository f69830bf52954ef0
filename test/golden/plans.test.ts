import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../rig/project.ts';
import { planAll, stepsText, targetText } from './plan.ts';

const RENEW = 'look at the difference, then write it anew: UPDATE_PAGES=1 npm test -- --stage unit --only golden';
const folder = join(projectFolder, 'test/golden');
const plan = await planAll();
const PLANS: { readonly [file: string]: string } = {
  'steps.plan': stepsText(plan),
  ...Object.fromEntries(plan.targets.map((planned) => [`${planned.target.name}.plan`, targetText(plan, planned)])),
};

for (const [name, text] of Object.entries(PLANS)) {
  test(`${name} says what is planned`, () => {
    const file = join(folder, name);
    if (process.env['UPDATE_PAGES']) writeFileSync(file, text);
    assert.equal(existsSync(file) ? readFileSync(file, 'utf8') : '', text, RENEW);
  });
}

test('no plan stands for a target that is gone', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.plan'));
  assert.deepEqual(files.sort(), Object.keys(PLANS).sort());
});
