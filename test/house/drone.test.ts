import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { digestOf } from '../../pipeline/core/digest.ts';
import { DirectoryDestination } from '../../pipeline/publish/directory.ts';
import type { ReleaseFile } from '../../pipeline/publish/manifest.ts';
import { publishRelease } from '../../pipeline/publish/publish.ts';
import { projectFolder } from '../rig/project.ts';
import { holdPage, withBlock } from './page.ts';

interface Step {
  readonly name: string;
  readonly image: string;
  readonly commands: readonly string[];
}

interface DronePipeline {
  readonly kind: string;
  readonly type: string;
  readonly name: string;
  readonly depends_on?: readonly string[];
  readonly trigger?: { readonly event?: readonly string[] };
  readonly steps: readonly Step[];
}

const BUILDS = { open: '# <builds> One pipeline per target, written by UPDATE_PAGES=1 npm test -- --stage unit --only test/house', close: '# </builds>' };
const WAITS = { open: '# <waits>', close: '# </waits>' };

const text = readFileSync(join(projectFolder, '.drone.yml'), 'utf8');
const pipelines = parseAllDocuments(text).map((document) => document.toJS() as DronePipeline);
const commands = pipelines.flatMap((pipeline) => pipeline.steps.flatMap((step) => step.commands));
const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { readonly scripts: { readonly [name: string]: string } };

/** The npm script of a command: `npm test` → `test`, `npm run x -- y` → `x`; `npm ci` has none. */
function scriptOf(command: string): string | undefined {
  if (command === 'npm ci') return undefined;
  return /^npm (?:run (?<script>[\w:-]+)|(?<test>test))(?: -- .+)?$/.exec(command)?.groups?.['script'] ?? 'test';
}

async function runNpm(words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', words, { cwd: projectFolder, maxBuffer: 2 ** 26, env: { ...process.env, NODE_OPTIONS: '' } });
  return stdout;
}

test('every document is a pipeline with steps', () => {
  assert.ok(pipelines.length >= 3, `.drone.yml has ${pipelines.length} documents only`);
  for (const pipeline of pipelines) {
    assert.equal(pipeline.kind, 'pipeline', `.drone.yml, ${pipeline.name}: kind`);
    assert.equal(pipeline.type, 'docker', `.drone.yml, ${pipeline.name}: type`);
    assert.ok(pipeline.steps.length > 0, `.drone.yml, ${pipeline.name}: it has no steps`);
  }
});

test('only npm scripts that exist are called', () => {
  for (const command of commands) {
    assert.match(command, /^npm (ci|test|run [\w:-]+)( -- [\w ${}./-]+)?$/, `.drone.yml runs what is no npm script: ${command}`);
    const script = scriptOf(command);
    if (script !== undefined) assert.ok(scripts[script], `package.json has no script ${script}`);
  }
});

test('a pipeline waits only for pipelines that exist', () => {
  const names = pipelines.map((pipeline) => pipeline.name);
  assert.equal(new Set(names).size, names.length, `.drone.yml: two pipelines have one name: ${names.join(', ')}`);
  for (const pipeline of pipelines) for (const needed of pipeline.depends_on ?? []) assert.ok(names.includes(needed), `${pipeline.name} waits for ${needed}`);
});

test('images are pinned to one full version of Node', () => {
  const images = new Set(pipelines.flatMap((pipeline) => pipeline.steps.map((step) => step.image)));
  assert.equal(images.size, 1, `.drone.yml: all steps must have one image, and they have ${[...images].join(', ')}`);
  for (const image of images) assert.match(image, /^node:\d+\.\d+\.\d+-[a-z]+$/, `.drone.yml: the image ${image} must name a full version of Node`);
});

function buildPipeline(target: string): string {
  const image = pipelines[0]?.steps[0]?.image;
  return `---
kind: pipeline
type: docker
name: build-${target}

depends_on: [check]

steps:
  - name: build
    image: ${image}
    commands:
      - npm ci
      - npm run build -- --target ${target}

`;
}

test('there is one build pipeline per target, and the release waits for all of them', async () => {
  const listed = JSON.parse(await runNpm(['run', '--silent', 'targets', '--', '--json'])) as readonly { readonly name: string }[];
  const names = listed.map((target) => target.name).sort();
  holdPage('.drone.yml', (page) => {
    const built = withBlock(page, BUILDS, names.map(buildPipeline).join(''));
    return withBlock(built, WAITS, `depends_on:\n${names.map((name) => `  - build-${name}\n`).join('')}`);
  });
});

test('the release happens on tags only, after every build', () => {
  const release = pipelines.find((pipeline) => pipeline.name === 'release');
  assert.deepEqual(release?.trigger?.event, ['tag'], '.drone.yml, release: it must have the trigger event: [tag]');
  assert.deepEqual(
    [...(release?.depends_on ?? [])].sort(),
    pipelines
      .filter((pipeline) => pipeline.name.startsWith('build-'))
      .map((pipeline) => pipeline.name)
      .sort(),
    '.drone.yml, release: depends_on must name every pipeline build-*: UPDATE_PAGES=1 npm test -- --stage unit --only test/house',
  );
});

/** A command as CI runs it, with its own words, in the form that costs little: what it would do is listed, or done to something tiny. */
const CHEAP_FORMS: readonly { readonly script: RegExp; readonly words: readonly string[]; readonly prints: RegExp }[] = [
  { script: /^check$/, words: ['--rules'], prints: /\d+ passed, 0 failed/ },
  { script: /^test(:release)?$/, words: ['--list'], prints: /^boot\n {4}test\/boot\/.+\.test\.ts$/m },
  // Whoever changes something runs this before the commit; that a release refuses what no commit holds has tests of its own.
  { script: /^build$/, words: ['--dry-run', '--allow-dirty'], prints: /^[\w-]+:\n( {4}\S+\/dist\/os\/\S+\n| {4}\/releases\/os\/\S+\n)+/ },
  { script: /^verify$/, words: ['--dist', 'DIST'], prints: /1 files, .* all as release\.json says/ },
];
const TAG = 'v9.9.9';

/** The commands of single targets differ in its name only: one is run as it stands, the others as one. */
const [firstBuild = '', ...otherBuilds] = [...new Set(commands)].filter((command) => /^npm run build -- --target [\w-]+$/.test(command));

test(`what \`${firstBuild}\` does is done for each other target`, async () => {
  const names = otherBuilds.map((command) => command.split(' ').at(-1) ?? '');
  const printed = await runNpm(['run', '--silent', 'build', '--', ...names.flatMap((name) => ['--target', name]), '--dry-run']);
  assert.deepEqual([...printed.matchAll(/^([\w-]+):\n {4}\S+\/dist\/os\/\S+\n/gm)].map(([, name]) => name).sort(), [...names].sort(), '.drone.yml: a target that is built lists its files');
});

for (const command of new Set(commands)) {
  const script = scriptOf(command);
  if (script === undefined || otherBuilds.includes(command)) continue;
  test(`\`${command}\` does what it says`, async () => {
    const form = CHEAP_FORMS.find((each) => each.script.test(script));
    assert.ok(form, `no cheap form of ${script} is known: add one`);
    const folder = await mkdtemp(join(tmpdir(), 'drone-'));
    try {
      if (script === 'verify') await tinyRelease(folder);
      const own = command.replace('${DRONE_TAG}', TAG).split(' -- ')[1]?.split(' ') ?? [];
      const words = ['run', '--silent', script, '--', ...own, ...form.words.map((word) => (word === 'DIST' ? folder : word))];
      const printed = await runNpm(words);
      assert.match(printed, form.prints, `.drone.yml: \`${command}\` printed something else, asked as: npm ${words.join(' ')}`);
      if (own.includes('--target')) assert.ok(printed.startsWith(`${own.at(-1)}:\n`), 'it is this target');
      if (own.includes('--version')) assert.ok(printed.includes(`/${TAG}/`), `.drone.yml: \`${command}\` does not take the version ${TAG}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** A release of one small file. */
async function tinyRelease(root: string): Promise<void> {
  const file = join(root, 'blob');
  const text = `#!ipxe\nset base-url https://example.org/os/${TAG}\nkernel \${base-url}/vmlinuz\ninitrd \${base-url}/initrd\nboot\n`;
  await writeFile(file, text);
  const digest = digestOf(text);
  const blob = { digest, size: text.length };
  const contents = { files: { script: blob } };
  const files: { readonly [path: string]: ReleaseFile } = { 'rancheros.ipxe': { target: 'amd64', ...blob, kind: 'ipxe', arch: 'amd64', platform: 'generic', contents } };
  await publishRelease({ version: TAG, sources: digest, targets: ['amd64'], files, line: ['amd64'] }, new DirectoryDestination(root, { epoch: 1_000_000_000 }), () => file);
}
