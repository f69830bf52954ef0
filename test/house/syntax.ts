import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { projectFolder } from '../rig/project.ts';

/** TypeScript files below a folder of the project, by their paths in it. */
export function sourcesBelow(folder: string, pattern = /\.ts$/): readonly string[] {
  return readdirSync(join(projectFolder, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => pattern.test(file))
    .map((file) => `${folder}/${file}`)
    .sort();
}

/** Calls `see` with each node of a file of the project. */
export function visitFile(file: string, see: (node: ts.Node, line: () => number) => void): void {
  visitText(file, readFileSync(join(projectFolder, file), 'utf8'), see);
}

/** The same for a text that lies nowhere. */
export function visitText(file: string, text: string, see: (node: ts.Node, line: () => number) => void): void {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const visit = (node: ts.Node): void => {
    see(node, () => source.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** Every text between quotes in some files; a comment is none. */
export function quotedTexts(files: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const file of files) visitFile(file, (node) => ts.isStringLiteralLike(node) && found.add(node.text));
  return found;
}

/** Files that some files import, by the ends of the paths (`vdi/write.ts`), as they are written. */
export function importedPaths(files: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const file of files) {
    visitFile(file, (node) => {
      if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) found.push(node.moduleSpecifier.text);
    });
  }
  return found;
}

/** Names of classes in a file that implement an interface, or extend one of `bases`. */
export function classesOf(file: string, role: string, bases: readonly string[] = []): readonly string[] {
  const found: string[] = [];
  visitFile(file, (node) => {
    if (!ts.isClassDeclaration(node) || node.name === undefined) return;
    const roots = node.heritageClauses?.flatMap(({ types }) => types.map(({ expression }) => expression.getText())) ?? [];
    if (roots.some((root) => root === role || bases.includes(root))) found.push(node.name.text);
  });
  return found;
}
