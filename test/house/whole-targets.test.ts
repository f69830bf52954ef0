import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { allTargets } from '../../pipeline/cli/all-targets.ts';
import { projectFolder } from '../rig/project.ts';
import { sourcesBelow, visitFile } from './syntax.ts';

interface Named {
  /** Names that stand at `target:` in boot cases. */
  readonly targets: ReadonlySet<string>;
  /** Release files that boot cases name. */
  readonly files: ReadonlySet<string>;
  readonly changelog: string;
}

type Whole = Pick<ReturnType<typeof allTargets>[number], 'name' | 'files'>;

/** What a target lacks beside its own file, each as a sentence with the place and the next step. */
function lacking({ name, files }: Whole, named: Named): readonly string[] {
  const [file = ''] = Object.keys(files);
  const isBooted = named.targets.has(name) || Object.keys(files).some((path) => named.files.has(path));
  return [
    ...(isBooted ? [] : [`No boot case starts a file of targets/${name}.ts: add one to test/boot (for a cloud a \`cloudTest\` with file: '${file}' in test/boot/clouds.test.ts).`]),
    ...(named.changelog.includes(`\`${name}\``) ? [] : [`CHANGELOG.md does not name the target: add a line with \`${name}\` under Unreleased, Added.`]),
  ];
}

/** What boot cases say. Those that name no target boot that of the kernel and initrd, amd64. */
function namedInBoots(): Pick<Named, 'targets' | 'files'> {
  const [targets, files] = [new Set(['amd64']), new Set<string>()];
  for (const file of sourcesBelow('test/boot', /\.test\.ts$/)) {
    visitFile(file, (node) => {
      if (!ts.isPropertyAssignment(node) || !ts.isStringLiteralLike(node.initializer)) return;
      if (node.name.getText() === 'target') targets.add(node.initializer.text);
      if (node.name.getText() === 'file') files.add(node.initializer.text);
    });
  }
  return { targets, files };
}

const named: Named = { ...namedInBoots(), changelog: readFileSync(join(projectFolder, 'CHANGELOG.md'), 'utf8') };

for (const target of allTargets()) {
  test(`the target ${target.name} has a boot case and a line in the changelog`, () => {
    const found = lacking(target, named);
    assert.equal(found.length, 0, found.join('\n'));
  });
}

test('of a target that has only its own file, each missing part is told with its place', () => {
  const found = lacking({ name: 'nowhere', files: { 'rancheros-nowhere.qcow2': 'a disk' } }, named);
  assert.deepEqual(
    found.map((sentence) => /test\/boot\/clouds\.test\.ts|CHANGELOG\.md/.exec(sentence)?.[0]),
    ['test/boot/clouds.test.ts', 'CHANGELOG.md'],
    'a target without a boot case and without a line in the changelog must be told so',
  );
});
