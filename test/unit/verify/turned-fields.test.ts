import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { projectFolder } from '../../rig/project.ts';

const READERS = 'pipeline/verify';
const TESTS = [
  'test/tools/validators.test.ts',
  'test/tools/archive-validators.test.ts',
  'test/tools/boot-file-validators.test.ts',
  'test/tools/packed-validators.test.ts',
  'test/tools/damaged-media.test.ts',
];

/** Every node of a source file. */
function nodesOf(file: string): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(join(projectFolder, file), 'utf8'), ts.ScriptTarget.ES2022, true));
  return nodes;
}

/** The fixed parts of a text, with gaps where a template computes one; undefined for anything else. */
function partsOf(node: ts.Node): readonly string[] | undefined {
  if (ts.isStringLiteralLike(node)) return [node.text];
  return ts.isTemplateExpression(node) ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)] : undefined;
}

/** The names that a reader gives to the fields that it compares, as parts. */
function fieldsOf(file: string): readonly (readonly string[])[] {
  return nodesOf(file).flatMap((node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
    const { expression, name } = node.expression;
    if (!ts.isIdentifier(expression) || expression.text !== 'fields' || !['equal', 'require'].includes(name.text)) return [];
    const parts = node.arguments[0] && partsOf(node.arguments[0]);
    return parts === undefined ? [] : [parts];
  });
}

/** Whether a text names a field: with the part that it is of before it, and with anything where the reader computes. */
function names(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  const starts = [0, ...[...text].flatMap((character, index) => (character === '.' ? [index + 1] : []))];
  return starts.some((start) => text.startsWith(first, start) && goesOn(text.slice(start + first.length), rest));
}

/** Whether a text has the parts one after another with something between them, and ends with the last. */
function goesOn(text: string, [next, ...rest]: readonly string[]): boolean {
  if (next === undefined) return text === '';
  return Array.from({ length: text.length }, (_, gap) => gap + 1).some((at) => text.startsWith(next, at) && goesOn(text.slice(at + next.length), rest));
}

test('each field that verify names is turned by a test, which must find its name', () => {
  const rows = TESTS.flatMap((file) => nodesOf(file).flatMap((node) => partsOf(node)?.join('0') ?? []));
  const files = readdirSync(join(projectFolder, READERS)).filter((file) => file.endsWith('.ts'));
  const fields = files.flatMap((file) => fieldsOf(join(READERS, file)).map((parts) => ({ file, parts })));
  assert.ok(fields.length > 200, `${fields.length} fields were seen`);
  const missing = fields.filter(({ parts }) => !rows.some((row) => names(row, parts))).map(({ file, parts }) => `${file}: ${parts.join('…')}`);
  assert.deepEqual(missing, []);
});

test('a name in another word, or of a part, is not taken for the field', () => {
  assert.equal(names('gpt.signature', ['signature']), true);
  assert.equal(names('designature', ['signature']), false);
  assert.equal(names('signature.crc', ['signature']), false);
  assert.equal(names('partition.1.magic', ['partition.', '.magic']), true);
  assert.equal(names('partition.1.size', ['partition.', '.magic']), false);
});
