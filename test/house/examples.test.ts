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

test('the pages have examples of a cloud-config', () => assert.ok(examples('ya?ml').length > 2, 'hardly any ```yaml block was found in the pages'));

for (const { place, text } of examples('ya?ml')) {
  test(`the cloud-config at ${place} can be used as it stands there`, () => assert.deepEqual(mistakes(text, place), [], `${place}: mend the example as the sentences say`));
}

test("the user-data of a Raspberry Pi's card can be used when its # are taken away", () => {
  const file = 'overlays/raspberry-pi-boot/user-data';
  const [, body = ''] = read(file).split('\n#\n');
  const rest = read(file).slice(read(file).indexOf(body));
  const text = `#cloud-config\n${rest.replace(/^# ?/gm, '').replace(/^(\s*)# /gm, '$1# ')}`;
  assert.match(text, /^hostname: pi$/m, `${file}: the example of a hostname is gone`);
  assert.match(text, /wifi_networks:/, `${file}: the example of a wireless network is gone`);
  assert.deepEqual(mistakes(text, file), [], `${file}: mend the example as the sentences say`);
});

test('commands of the pages name scripts that there are', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const named = pages.flatMap((page) => [...read(page).matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => ({ page, name })));
  assert.ok(named.length > 5, 'hardly any `npm run NAME` was found in the pages');
  const unknown = named.filter(({ name }) => scripts[name] === undefined).map(({ page, name }) => `${page}: npm run ${name}`);
  assert.equal(unknown.length, 0, `package.json has no such script: ${unknown.join(', ')}. Mend the page, or add the script.`);
});

test('no page lets npx fetch a package of this name', () => {
  const bare = pages.flatMap((page) => (/\bnpx (?!--no )\S*rancheros/.test(read(page)) ? [page] : []));
  assert.deepEqual(bare, [], 'write: npx --no rancheros');
});

/** What commands make of a release file, or need beside it. */
const MADE_OF_FILES = ['rancheros.vmx', 'rancheros-aws.raw', 'rancheros-azure.vhd', 'rancheros-cloudstack.qcow2', 'rancheros.yml'];

/** A word that begins like a release file and ends like one of any target. */
const ENDINGS = [...allTargets().flatMap(({ files }) => Object.keys(files)), ...MADE_OF_FILES].flatMap((file) => basename(file).split('.').slice(1));
const FILE_NAME = new RegExp(`\\brancheros[\\w-]*(?:\\.(?:${[...new Set(ENDINGS)].join('|')}))+\\b`, 'g');

/** A page that UPDATE_PAGES is about to write for the first time: another test writes it, with an example. */
const isYetToCome = (page: string) => Boolean(process.env['UPDATE_PAGES']) && !pages.includes(page);

for (const { name, files } of allTargets()) {
  if (isYetToCome(`targets/${name}.md`)) continue;
  test(`commands on the page of ${name} name files of this target`, () => {
    const known = new Set([...Object.keys(files).map((path) => basename(path)), ...MADE_OF_FILES]);
    const commands = examples('(?:sh|powershell)').filter(({ place }) => place.startsWith(`targets/${name}.md`));
    const named = commands.flatMap(({ place, text }) => [...text.matchAll(FILE_NAME)].map(([file]) => ({ place, file })));
    const [example = ''] = Object.keys(files);
    assert.ok(named.length > 0, `targets/${name}.md has no command that names a file: add a block \`\`\`sh with what a user types, such as the import of ${example}.`);
    const unknown = named.filter(({ file }) => !known.has(file)).map(({ place, file }) => `${place}: ${file}`);
    assert.equal(
      unknown.length,
      0,
      `targets/${name}.ts makes no such file: ${unknown.join(', ')}. It makes ${[...known].join(', ')} (what commands make of them is in MADE_OF_FILES of test/house/examples.test.ts).`,
    );
  });
}
