import assert from 'node:assert/strict';
import { test } from 'node:test';
import ts from 'typescript';
import { sourcesBelow, visitFile, visitText } from './syntax.ts';

/** Tests of what the house rules do with planted files: the names of their cases say it all. */
const OF_RULES = ['exports', 'import-rules', 'rules', 'runner'].map((name) => `test/house/${name}.test.ts`);
/** How many arguments each assertion has without a message; `assert.rejects` and its like are not used there. */
const BARE: { readonly [name: string]: number } = { ok: 1, equal: 2, deepEqual: 2, notEqual: 2, match: 2, doesNotMatch: 2 };

/** Whether a node is an assertion that leaves it to its reader what is wrong, and where. */
function isBare(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { expression, name } = node.expression;
  return expression.getText() === 'assert' && node.arguments.length <= (BARE[name.text] ?? -1);
}

test('each assertion about the project says what is wrong, where, and what to do', () => {
  const found: string[] = [];
  for (const file of ['test/house', 'test/golden'].flatMap((folder) => sourcesBelow(folder)).filter((each) => !OF_RULES.includes(each))) {
    visitFile(file, (node, line) => {
      if (isBare(node)) found.push(`${file}:${line()}`);
    });
  }
  assert.equal(found.length, 0, `These assertions have no message: ${found.join(', ')}. Give each a sentence with the place and the next step.`);
});

test('an assertion without a message is seen, and one with a message is not', () => {
  const lines: number[] = [];
  visitText('a.ts', "assert.ok(a);\nassert.ok(a, 'b');\nassert.deepEqual(a, []);\nassert.equal(a, 1, 'b');\n", (node, line) => {
    if (isBare(node)) lines.push(line());
  });
  assert.deepEqual(lines, [1, 3], 'the first and the third line have no message');
});
