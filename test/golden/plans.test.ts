import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { canonicalJson, type Json } from '../../pipeline/core/json.ts';
import type { StepId } from '../../pipeline/core/step.ts';
import { sourcesBelow, visitFile } from '../house/syntax.ts';
import { projectFolder } from '../rig/project.ts';
import { planAll, stepsText, targetText } from './plan.ts';

const RENEW = 'Look at the difference (`git diff test/golden` shows all of it once it is written anew): UPDATE_PAGES=1 npm test -- --stage unit --only golden';
const LONGEST = 200;

/** The first line that differs, with its number: of long texts `assert` itself shows the beginning only. */
function firstDifference(stands: string, planned: string): string {
  const [before, after] = [stands.split('\n'), planned.split('\n')];
  const at = after.findIndex((line, index) => line !== before[index]);
  const index = at < 0 ? after.length : at;
  const shown = (line: string | undefined) => (line === undefined ? '(the end)' : line.slice(0, LONGEST));
  return `line ${index + 1}:\n- ${shown(before[index])}\n+ ${shown(after[index])}`;
}

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
    const stands = existsSync(file) ? readFileSync(file, 'utf8') : '';
    assert.ok(stands === text, `test/golden/${name}, ${firstDifference(stands, text)}\n${RENEW}`);
  });
}

test('of two plans the first line that differs is shown with its number', () => {
  assert.equal(firstDifference('a\nb -n\nc\n', 'a\nb -n -v\nc\n'), 'line 2:\n- b -n\n+ b -n -v', 'firstDifference of this file must show the line before and after');
  assert.equal(firstDifference('', 'a\n'), 'line 1:\n- \n+ a', 'firstDifference of this file must show the line before and after');
  assert.equal(firstDifference('a\nb', 'a'), 'line 2:\n- b\n+ (the end)', 'firstDifference of this file must show the line before and after');
});

test('no plan stands for a target that is gone', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.plan'));
  assert.deepEqual(files.sort(), Object.keys(PLANS).sort(), 'test/golden/*.plan must be the plans of targets/*.ts: remove the plan of a target that is gone');
});

test('each kind of step that is planned is a folder, and what performs it lies in one', () => {
  const steps = Array.from({ length: plan.graph.size }, (_, index) => plan.graph.step(index as StepId));
  assert.ok(steps.length > 0, 'no target plans a step: see allTargets of pipeline/cli/all-targets.ts');
  for (const { kind, title, action } of steps) {
    const place = `pipeline/steps/${kind}/step.ts`;
    assert.ok(
      existsSync(join(projectFolder, place)),
      `The step "${title}" is of the kind "${kind}", and there is no ${place}: give toolStep or defineWriter the name of the folder that declares the kind.`,
    );
    if (action.type !== 'builtin') continue;
    const writer = `pipeline/steps/${action.writer}/write.ts`;
    assert.ok(existsSync(join(projectFolder, writer)), `The step "${title}" is written by "${action.writer}", and there is no ${writer}: write it, or name another folder in defineWriter.`);
  }
});

/** Where the sources call `toolStep`, as the trace of a call names it. */
function toolCallsInSources(): readonly string[] {
  const found: string[] = [];
  for (const file of sourcesBelow('pipeline')) {
    visitFile(file, (node, line) => {
      if (ts.isCallExpression(node) && node.expression.getText() === 'toolStep') found.push(`${file}:${line()}`);
    });
  }
  return found;
}

test('steps.plan has the argv of each tool step that the sources declare', () => {
  const declared = toolCallsInSources();
  assert.ok(declared.length > 10, `only ${declared.length} calls of toolStep were found below pipeline/steps: was it given another name?`);
  const unplanned = declared.filter((call) => !plan.toolCalls.has(call));
  assert.equal(unplanned.length, 0, `No target plans the tool step at ${unplanned.join(', ')}, so test/golden/steps.plan does not hold its argv: use it in a recipe of a target, or remove it.`);
  const unknown = [...plan.toolCalls].filter((call) => !declared.includes(call));
  assert.equal(unknown.length, 0, `A step that runs a tool is added at ${unknown.join(', ')} without toolStep of pipeline/steps/kit/tool.ts: use toolStep there.`);
});

test('each kind of step is planned by a target', () => {
  const planned = new Set(
    Array.from({ length: plan.graph.size }, (_, index) => plan.graph.step(index as StepId)).flatMap(({ kind, action }) => [kind, ...(action.type === 'builtin' ? [action.writer] : [])]),
  );
  const kinds = readdirSync(join(projectFolder, 'pipeline/steps')).filter((kind) => kind !== 'kit');
  const unused = kinds.filter((kind) => !planned.has(kind)).map((kind) => `pipeline/steps/${kind}`);
  assert.equal(unused.length, 0, `No target plans a step of ${unused.join(', ')}: use it in a recipe that a target calls, or remove the folder.`);
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
