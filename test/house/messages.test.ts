import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { projectFolder } from '../rig/project.ts';
import { importedPaths, sourcesBelow, visitFile, visitText } from './syntax.ts';

/** Files whose functions make failures. */
const OF_MESSAGES = /^pipeline\/(?:[\w-]+\/)+(?:[\w-]+-)?messages\.ts$/;

/** Where failures are made in place, with the reason. Take one away and mend what is told then. */
const NOT_YET: readonly (readonly [path: RegExp, reason: string])[] = [[/^pipeline\/formats\//, 'the guest program has half of them, and what ships does not change for a sentence']];

/** Functions that take a whole sentence and make an error of it. */
const SENTENCE_TAKERS = ['wrongBytes'];

/** Whether a node makes a failure: an object with its kind and its sentence, or a call that is given the sentence. */
function makesFailure(node: ts.Node): boolean {
  if (ts.isCallExpression(node)) return ts.isIdentifier(node.expression) && SENTENCE_TAKERS.includes(node.expression.text);
  if (!ts.isObjectLiteralExpression(node)) return false;
  const names = node.properties.flatMap(({ name }) => (name !== undefined && ts.isIdentifier(name) ? [name.text] : []));
  return names.includes('kind') && names.includes('message');
}

test('failures are made by the functions of messages.ts and nowhere else', () => {
  const found: string[] = [];
  for (const file of sourcesBelow('pipeline').filter((each) => !OF_MESSAGES.test(each) && !NOT_YET.some(([path]) => path.test(each)))) {
    visitFile(file, (node, line) => {
      if (makesFailure(node)) found.push(`${file}:${line()}`);
    });
  }
  assert.equal(found.length, 0, `These places make a failure themselves: ${found.join(', ')}. Make it in a function of the messages.ts beside them, and call that.`);
});

test('each messages.ts has a test with a row for every function', () => {
  const files = sourcesBelow('pipeline').filter((each) => OF_MESSAGES.test(each));
  assert.ok(files.length > 10, 'so few messages.ts were found that the pattern of their names must be wrong: correct OF_MESSAGES');
  const untested = files.filter((file) => {
    const tests = file.replace(/^pipeline\//, 'test/unit/').replace(/\.ts$/, '.test.ts');
    if (!existsSync(join(projectFolder, tests))) return true;
    return !importedPaths([tests]).some((path) => path.endsWith(`/${file}`));
  });
  assert.equal(untested.length, 0, `These have none: ${untested.join(', ')}. Write test/unit/…/messages.test.ts with messageTests, as test/unit/engine/messages.test.ts.`);
});

test('a failure that is made in place is seen, one that is passed on is not', () => {
  const lines: number[] = [];
  const text = [
    "throw new BuildError({ kind: 'step', message });",
    'const failure: Failure = { kind, message: `${title} failed.`, hint };',
    "throw wrongBytes('No.');",
    'throw new BuildError(messages.outputMissing(title));',
    'report({ type: "note", level: "warning", message });',
    'const placed = { ...failure, place };',
  ].join('\n');
  visitText('a.ts', text, (node, line) => {
    if (makesFailure(node)) lines.push(line());
  });
  assert.deepEqual(lines, [1, 2, 3], 'the first three lines make a failure');
});
