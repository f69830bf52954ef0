// An export is a promise that somebody elsewhere needs it. One that nobody imports is either dead or private, and one that only tests
// import, and its own file does not use, is code that only tests keep alive. A type that its own file uses is part of a signature, and
// may be exported for those who want to name it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const PRODUCT = ['pipeline', 'targets', 'overlays/ros'];
const READERS = [...PRODUCT, 'test'];

/**
 * Folders whose exports are not looked at yet, with the reason. Take one away and mend what is told then.
 */
export const NOT_YET = {
  'overlays/ros': 'the guest program: what ships changes with its files',
};

/** Exports that something other than an import reads: by pattern of the file, the names. */
const READ_OTHERWISE = [
  // The launcher bundles each writer by itself, and the worker imports the bundle.
  [/^pipeline\/steps\/[^/]+\/write\.ts$/, ['write']],
  [/^targets\/[^/]+\.ts$/, ['default']],
  [/^pipeline\/cli\/main\.ts$/, ['main']],
  // The README is written from it by a test.
  [/^pipeline\/cli\/help\.ts$/, ['commandTable']],
  // The step of an upgrade that the command for it will take.
  [/^pipeline\/formats\/boot-choice\.ts$/, ['tryNext']],
  // The front door names the type for those who write a target.
  [/^pipeline\/index\.ts$/, ['BuildContext']],
];

/** What is wrong with the exports of a project: one line each. */
export function unusedExports(projectFolder, notYet = NOT_YET) {
  const files = new Map(READERS.flatMap((folder) => sourcesBelow(projectFolder, folder)).map((file) => [file, parsed(projectFolder, file)]));
  const uses = new Map();
  for (const [file, source] of files) {
    for (const { target, name } of importsOf(file, source)) {
      const key = `${target}\0${name}`;
      const known = uses.get(key) ?? { product: false, test: false };
      uses.set(key, file.startsWith('test/') ? { ...known, test: true } : { ...known, product: true });
    }
  }
  const usedOf = (file, name) => {
    const [one, all] = [uses.get(`${file}\0${name}`), uses.get(`${file}\0*`)];
    return { product: Boolean(one?.product || all?.product), test: Boolean(one?.test || all?.test) };
  };
  const found = [];
  for (const [file, source] of files) {
    if (file.startsWith('test/') || !file.endsWith('.ts') || file.endsWith('.d.ts')) continue;
    if (Object.keys(notYet).some((folder) => file.startsWith(`${folder}/`))) continue;
    const readOtherwise = READ_OTHERWISE.flatMap(([pattern, names]) => (pattern.test(file) ? names : []));
    for (const { name, line, isType } of exportsOf(source)) {
      if (readOtherwise.includes(name) || (isType && isUsedWithin(source, name))) continue;
      const used = usedOf(file, name);
      if (used.product) continue;
      if (!used.test) found.push(`${file}:${line}: nobody imports "${name}": take "export" away, or all of it.`);
      else if (!isUsedWithin(source, name)) found.push(`${file}:${line}: only tests use "${name}": move it to them, or take it away.`);
    }
  }
  return found.sort();
}

function sourcesBelow(projectFolder, folder) {
  const top = path.join(projectFolder, folder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|mjs|mts)$/.test(entry.name))
    .map((entry) => path.posix.join(folder, path.relative(top, path.join(entry.parentPath, entry.name))))
    .filter((file) => !file.includes('node_modules'));
}

function parsed(projectFolder, file) {
  return ts.createSourceFile(file, readFileSync(path.join(projectFolder, file), 'utf8'), ts.ScriptTarget.ES2022, true);
}

/** Names that a file exports by declaring them, with their lines. What it passes on from elsewhere is an import of it. */
function exportsOf(source) {
  const found = [];
  const add = (name, node, isType = false) => found.push({ name, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, isType });
  for (const statement of source.statements) {
    if (ts.isExportAssignment(statement)) add('default', statement);
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      for (const each of statement.exportClause.elements) add(each.name.text, each);
    }
    if (!ts.canHaveModifiers(statement) || !ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) for (const each of namesIn(name)) add(each, name);
    } else if (statement.name) add(statement.name.text, statement.name, ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement));
  }
  return found;
}

function namesIn(name) {
  return ts.isIdentifier(name) ? [name.text] : name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));
}

/** What a file imports, or passes on, of other files of the project; `*` is all of one. */
function importsOf(file, source) {
  const found = [];
  const add = (specifier, names) => {
    if (!specifier?.startsWith('.')) return;
    const target = path.posix.join(path.posix.dirname(file), specifier);
    for (const name of names) found.push({ target, name });
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const bindings = clause?.namedBindings;
      const named = bindings === undefined ? [] : ts.isNamespaceImport(bindings) ? ['*'] : bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
      add(node.moduleSpecifier.text, [...(clause?.name ? ['default'] : []), ...named]);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      const clause = node.exportClause;
      add(node.moduleSpecifier.text, clause && ts.isNamedExports(clause) ? clause.elements.map(({ name, propertyName }) => (propertyName ?? name).text) : ['*']);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal.text, [node.qualifier && ts.isIdentifier(node.qualifier) ? node.qualifier.text : '*']);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && ts.isStringLiteral(node.arguments[0])) {
      add(node.arguments[0].text, namesAsked(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The names that are taken from `import(…)`: by `.name`, or by `{ name } =`. */
function namesAsked(call) {
  let node = call.parent;
  while (ts.isAwaitExpression(node) || ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) node = node.parent;
  if (ts.isPropertyAccessExpression(node)) return [node.name.text];
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) return node.name.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
  return ['*'];
}

/** Whether a file names something more often than where it declares it. */
function isUsedWithin(source, name) {
  let count = 0;
  const visit = (node) => {
    if (ts.isIdentifier(node) && node.text === name) count++;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return count > 1;
}
