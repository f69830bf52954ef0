import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { problemText } from '../../overlays/ros/config/problem.ts';
import { readUserData } from '../../overlays/ros/config/user-data.ts';
import { allTargets } from '../../pipeline/cli/all-targets.ts';
import { projectFolder } from '../rig/project.ts';

const read = (file: string): string => readFileSync(join(projectFolder, file), 'utf8');
const below = (folder: string) => readdirSync(join(projectFolder, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));
const pages = [...readdirSync(projectFolder), ...['targets', 'overlays', 'pipeline', 'kernel-configs'].flatMap(below)].filter((file) => file.endsWith('.md'));

interface Example {
  readonly place: string;
  readonly text: string;
}

/** What stands between fences of a language. */
function examples(language: string): readonly Example[] {
  return pages.flatMap((page) =>
    [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(({ index, 1: text = '' }) => ({
      place: `${page}:${read(page).slice(0, index).split('\n').length + 1}`,
      text,
    })),
  );
}

/** What the machine itself would say about a text. */
function mistakes(text: string, place: string): readonly string[] {
  const userData = readUserData(text, place);
  if (userData.kind === 'refused') return [problemText(userData.problem)];
  return 'problems' in userData ? userData.problems.map(problemText) : [`${place}: this is ${userData.kind}, no cloud-config`];
}

test('the pages have examples of a cloud-config', () => assert.ok(examples('ya?ml').length > 2));

for (const { place, text } of examples('ya?ml')) {
  test(`the cloud-config at ${place} can be used as it stands there`, () => assert.deepEqual(mistakes(text, place), []));
}

test("the user-data of a Raspberry Pi's card can be used when its # are taken away", () => {
  const file = 'overlays/raspberry-pi-boot/user-data';
  const [, body = ''] = read(file).split('\n#\n');
  const rest = read(file).slice(read(file).indexOf(body));
  const text = `#cloud-config\n${rest.replace(/^# ?/gm, '').replace(/^(\s*)# /gm, '$1# ')}`;
  assert.match(text, /^hostname: pi$/m);
  assert.match(text, /wifi_networks:/);
  assert.deepEqual(mistakes(text, file), []);
});

test('commands of the pages name scripts that there are', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const named = pages.flatMap((page) => [...read(page).matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name));
  assert.ok(named.length > 5);
  assert.deepEqual(
    named.filter((name) => scripts[name] === undefined),
    [],
  );
});

/** What commands make of a release file, or need beside it. */
const MADE_OF_FILES = ['rancheros.vmx', 'rancheros-aws.raw', 'rancheros-azure.vhd', 'rancheros-cloudstack.qcow2', 'rancheros.yml'];

for (const { name, files } of allTargets()) {
  test(`commands on the page of ${name} name files of this target`, () => {
    const known = new Set([...Object.keys(files).map((path) => basename(path)), ...MADE_OF_FILES]);
    const commands = examples('(?:sh|powershell)').filter(({ place }) => place.startsWith(`targets/${name}.md`));
    const named = commands.flatMap(({ text }) => text.match(/\brancheros[\w-]*(?:\.(?:iso|img|zip|raw|vhdx?|vmdk|vmx|ova|qcow2|tar|gz|zst|ipxe|yml))+\b/g) ?? []);
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter((file) => !known.has(file)),
      [],
    );
  });
}
