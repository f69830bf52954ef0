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

interface Step {
  readonly name: string;
  readonly image: string;
  readonly volumes?: readonly { readonly name: string; readonly path: string }[];
  readonly commands: readonly string[];
}

interface DronePipeline {
  readonly kind: string;
  readonly type: string;
  readonly name: string;
  readonly depends_on?: readonly string[];
  readonly trigger?: { readonly event?: readonly string[]; readonly ref?: readonly string[] };
  readonly volumes?: readonly { readonly name: string; readonly host?: { readonly path: string } }[];
  readonly steps: readonly Step[];
}

const text = readFileSync(join(projectFolder, '.drone.yml'), 'utf8');
const pipelines = parseAllDocuments(text).map((document) => document.toJS() as DronePipeline);
const commands = pipelines.flatMap((pipeline) => pipeline.steps.flatMap((step) => step.commands));
const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { readonly scripts: { readonly [name: string]: string } };

/** The npm script of a command: `npm test` → `test`, `npm run x -- y` → `x`; `npm ci` has none. */
function scriptOf(command: string): string | undefined {
  if (command === 'npm ci') return undefined;
  return /^npm (?:run (?<script>[\w:-]+)|(?<test>test))(?: -- .+)?$/.exec(command)?.groups?.['script'] ?? 'test';
}

/** Lines of a failed command that are shown. */
const LAST_LINES = 20;

async function runNpm(words: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('npm', words, { cwd: projectFolder, maxBuffer: 2 ** 26, env: { ...process.env, NODE_OPTIONS: '' } });
    return stdout;
  } catch (error) {
    // The error tells what the command wrote to stderr; what is wrong stands in the rest.
    const { stdout = '', message } = error as Error & { readonly stdout?: string };
    throw new Error(`${message}\n${stdout.split('\n').slice(-LAST_LINES).join('\n')}`);
  }
}

test('of a command that fails, what it printed is shown', async () => {
  await assert.rejects(runNpm(['exec', '--no', '--', 'node', '-e', 'console.log("the reason"); process.exitCode = 1']), /the reason$/m);
});

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

test('every pipeline runs for events of its own: changes, tags of versions, and the clock', () => {
  const triggers = Object.fromEntries(pipelines.map(({ name, trigger }) => [name, trigger]));
  const ofChanges = { event: ['push', 'pull_request'] };
  assert.deepEqual(triggers, { check: ofChanges, build: ofChanges, release: { ref: ['refs/tags/v*'] }, audit: { event: ['cron'] } }, '.drone.yml: the triggers of its pipelines');
});

test('one pipeline builds all targets, and every step works on the store that the runner keeps', () => {
  const builds = commands.filter((command) => command.startsWith('npm run build'));
  assert.deepEqual(builds, ['npm run build -- --all', 'npm run build -- --all --version ${DRONE_TAG} --dist /releases/os'], '.drone.yml: the commands that build');
  for (const { name, volumes, steps } of pipelines) {
    assert.equal(volumes?.find((volume) => volume.name === 'store')?.host?.path, '/var/lib/rancheros-ci/store', `.drone.yml, ${name}: the store`);
    for (const step of steps)
      assert.ok(
        step.volumes?.some((volume) => volume.name === 'store' && volume.path === '/root/.cache/rancheros'),
        `.drone.yml, ${name}, ${step.name}: the store`,
      );
  }
});

/** A command as CI runs it, with its own words, in the form that costs little: what it would do is listed, or done to something tiny. */
const CHEAP_FORMS: readonly { readonly script: RegExp; readonly words: readonly string[]; readonly prints: RegExp }[] = [
  { script: /^check$/, words: ['--rules'], prints: /\d+ passed, 0 failed/ },
  { script: /^test(:release)?$/, words: ['--list'], prints: /^boot\n {4}test\/boot\/.+\.test\.ts$/m },
  // What it asks the archives is tried by unit tests.
  { script: /^audit$/, words: ['--help'], prints: /--strict/ },
  // Whoever changes something runs this before the commit; that a release refuses what no commit holds has tests of its own.
  { script: /^build$/, words: ['--dry-run', '--allow-dirty'], prints: /^[\w-]+:\n( {4}\S+\/dist\/os\/\S+\n| {4}\/releases\/os\/\S+\n)+/ },
  { script: /^verify$/, words: ['--dist', 'DIST'], prints: /1 files, .* all as release\.json says/ },
];
const TAG = 'v9.9.9';

for (const command of new Set(commands)) {
  const script = scriptOf(command);
  if (script === undefined) continue;
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
