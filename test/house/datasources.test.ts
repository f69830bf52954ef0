import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { DATASOURCES } from '../../overlays/ros/config/datasource-names.ts';
import { wantedSources } from '../../overlays/ros/datasources/catalogue.ts';
import { projectFolder } from '../rig/project.ts';
import { machine } from '../unit/ros/machine.ts';
import { sourcesBelow, visitFile } from './syntax.ts';

const PAGE = 'overlays/ros/README.md';
/** What QEMU has no network for; the page says that these are tried without a machine. */
const WITHOUT_MACHINE = ['packet', 'tftp'];
/** How boot cases show a source that is asked without being named: by the label of its disk. */
const SHOWN_BY: { readonly [name: string]: string } = { configdrive: 'config-2' };

/** All texts in quotes of the tests below a folder, also those with values in them. */
function textsBelow(folder: string): readonly string[] {
  const found: string[] = [];
  for (const file of sourcesBelow(folder, /\.test\.ts$/)) {
    visitFile(file, (node) => {
      if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) found.push(node.text);
    });
  }
  return found;
}

const sources = { page: readFileSync(join(projectFolder, PAGE), 'utf8'), units: textsBelow('test/unit/ros/datasources'), boots: textsBelow('test/boot') };

/** What a datasource lacks, each as a sentence with place and next step. */
function lacking(name: string): readonly string[] {
  const isKnown = wantedSources(machine(), { rancher: { cloud_init: { datasources: [name] } } }).problems.length === 0;
  const word = new RegExp(`\\b${name}\\b`, 'i');
  return [
    ...(isKnown ? [] : [`overlays/ros/datasources/catalogue.ts: ALL lacks ${name}, which overlays/ros/config/datasource-names.ts names: import it and add it to ALL (and to STAR if * includes it).`]),
    ...(new RegExp(`^\\|.*\`${name}[\`:]`, 'm').test(sources.page) ? [] : [`${PAGE} has no row of \`${name}\` in the table below "### Datasources": add it.`]),
    ...(sources.units.some((text) => word.test(text)) ? [] : [`No unit test asks ${name}: add rows to test/unit/ros/datasources/network-sources.test.ts, or disk-sources.test.ts for a disk.`]),
    ...(WITHOUT_MACHINE.includes(name) || sources.boots.some((text) => word.test(text) || text === SHOWN_BY[name])
      ? []
      : [`No boot case asks ${name}: add one to test/boot/datasources.test.ts, or to WITHOUT_MACHINE of this test and say in ${PAGE} why no machine can show it.`]),
  ];
}

test('datasources are seen', () => assert.ok(DATASOURCES.length > 10, 'overlays/ros/config/datasource-names.ts: DATASOURCES names hardly any'));

for (const name of DATASOURCES) {
  test(`the datasource ${name} is asked, tested and described`, () => {
    const found = lacking(name);
    assert.equal(found.length, 0, found.join('\n'));
  });
}

test('of a datasource that has only its name, each missing part is told with its place', () => {
  const told = lacking('nowhere-cloud').map((sentence) => /catalogue\.ts|README\.md|network-sources\.test\.ts|boot\/datasources\.test\.ts/.exec(sentence)?.[0]);
  assert.deepEqual(told, ['catalogue.ts', 'README.md', 'network-sources.test.ts', 'boot/datasources.test.ts'], 'a name without source, row and tests must be told so');
});
