import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalJson, type Json } from '../../pipeline/core/json.ts';
import type { StepId } from '../../pipeline/core/step.ts';
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

test('each kind of step that is planned is a folder, and what performs it lies in one', () => {
  const steps = Array.from({ length: plan.graph.size }, (_, index) => plan.graph.step(index as StepId));
  assert.ok(steps.length > 0);
  for (const { kind, title, action } of steps) {
    assert.ok(existsSync(join(projectFolder, 'pipeline/steps', kind, 'step.ts')), `${title}: there is no kind ${kind}`);
    if (action.type === 'builtin') assert.ok(existsSync(join(projectFolder, 'pipeline/steps', action.writer, 'write.ts')), `${title}: there is no writer ${action.writer}`);
  }
});

test('no step is added twice', () => {
  const known = new Map<string, string>();
  for (let index = 0; index < plan.graph.size; index += 1) {
    const { id, limits, ...step } = plan.graph.step(index as StepId);
    const text = canonicalJson(step as unknown as Json);
    assert.equal(known.get(text), undefined, `${step.title} is added again`);
    known.set(text, step.title);
  }
});
