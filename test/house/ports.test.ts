import assert from 'node:assert/strict';
import { test } from 'node:test';
import ts from 'typescript';
import { classesOf, sourcesBelow, visitFile } from './syntax.ts';

/** Each port whose adapters are held to one contract: where they lie, and the test that has the contract. */
const PORTS = [
  // A writer is code of this project, which the contract of tools says nothing about.
  { role: 'Executor', folder: 'pipeline/exec', contract: 'test/tools/executors.test.ts', table: 'EXECUTORS', others: ['BuiltinExecutor'] },
  { role: 'Destination', folder: 'pipeline/publish', contract: 'test/unit/publish/destinations.test.ts', table: 'DESTINATIONS', others: [] },
] as const;

/** Classes of a folder that fill a role, also by extending one that does. */
function adapters(role: string, folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const file of sourcesBelow(folder)) for (const name of classesOf(file, role, [...found.keys()])) found.set(name, file);
  }
  return found;
}

/** Classes that a file makes instances of. */
function madeIn(file: string): ReadonlySet<string> {
  const found = new Set<string>();
  visitFile(file, (node) => ts.isNewExpression(node) && found.add(node.expression.getText()));
  return found;
}

for (const { role, folder, contract, table, others } of PORTS) {
  test(`each ${role} of ${folder} is held to the contract of its port`, () => {
    const made = madeIn(contract);
    const all = [...adapters(role, folder)];
    assert.ok(all.length > 0, `no class that implements ${role} was found in ${folder}`);
    const missing = all.filter(([name]) => !made.has(name) && !(others as readonly string[]).includes(name)).map(([name, file]) => `${file}: ${name}`);
    assert.equal(missing.length, 0, `No test holds ${missing.join(', ')} to the contract of ${role}: add it to ${table} of ${contract}.`);
  });
}
