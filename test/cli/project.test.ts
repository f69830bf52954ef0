import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { type CliResult, cli, eventsOf, exists, stepsRun, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

/** A target of one step of a writer, through the front door alone. */
const MINE = `import { defineTarget, ipxeScript } from 'rancheros-pipeline';
export default defineTarget({ name: 'mine', arch: 'amd64', summary: 'a script', parts: () => ({}), files: {
  'mine/boot.ipxe': { about: 'a script', make: ({ context }) => ipxeScript(context) },
} });
`;

test('a project beside the pipeline', async (t) => {
  const folder = await temporaryFolder(t);
  const pipeline = await tinyProject(folder);
  const acme = path.join(folder, 'acme');
  await mkdir(path.join(acme, 'targets'), { recursive: true });
  const write = (name: string, text: string) => writeFile(path.join(acme, name), text);
  const yaml = 'name: Acme OS\nversion: 2.1.0\nreleaseUrl: https://example.org/os\nkernelArguments: [console=ttyS1]\n';
  await write('rancheros.yaml', yaml);
  await write('targets/mine.ts', MINE);
  const cache = path.join(folder, 'cache');
  const run = (words: readonly string[], cwd = acme): Promise<CliResult> => cli(words, { project: pipeline, cwd });
  const build = (words: readonly string[], cwd = acme) => run(['build', ...words, '--cache', cache], cwd);

  await t.test('is found where the caller stands, and its target is built into its own dist', async () => {
    const { end, stderr } = await build(['mine', 'tiny']);
    assert.equal(end, 0, stderr);
    const at = (name: string) => readFile(path.join(acme, 'dist/os/v2.1.0-dev', name), 'utf8');
    const script = await at('mine/boot.ipxe');
    assert.match(script, /^# Acme OS v2\.1\.0-dev$/m);
    assert.match(script, /base-url https:\/\/example\.org\/os\/v2\.1\.0-dev$/m);
    assert.match(script, / rancher\.autologin=ttyS1 console=ttyS1$/m);
    assert.equal((JSON.parse(await at('release.json')) as { product?: string }).product, 'Acme OS');
    assert.equal(await exists(path.join(acme, 'dist/os/v2.1.0-dev/tiny/greeting')), true);
  });

  await t.test('is named by --project from elsewhere, where nothing else is built again', async () => {
    const dist = path.join(folder, 'elsewhere');
    const again = await build(['mine', '--project', 'acme', '--dist', 'elsewhere', '--json'], folder);
    assert.equal(again.end, 0, again.stderr);
    assert.deepEqual(stepsRun(eventsOf(again.stdout)), []);
    assert.equal(await exists(path.join(dist, 'v2.1.0-dev/mine/boot.ipxe')), true);
    await write('rancheros.yaml', yaml.replace('Acme OS', 'Acme Two'));
    const renamed = await build(['mine', 'tiny', '--project', 'acme', '--dist', 'elsewhere', '--json'], folder);
    assert.deepEqual(stepsRun(eventsOf(renamed.stdout)), ['rancheros.ipxe'], 'the name is in one text only');
    await write('rancheros.yaml', yaml);
  });

  await t.test('is what verify, targets, plan and why speak of', async () => {
    for (const [words, told] of [
      [['verify', 'latest'], /^v2\.1\.0-dev: 2 files/],
      [['targets'], /^mine — a script\n {4}mine\/boot\.ipxe$/m],
      [['plan', 'mine', '--cache', cache], /v2\.1\.0-dev/],
      [['why', 'rancheros.ipxe', '--target', 'mine', '--cache', cache], /rancheros\.ipxe/],
    ] as const) {
      const { end, stdout, stderr } = await run(words);
      assert.equal(end, 0, `${words.join(' ')}\n${stderr}`);
      assert.match(stdout, told);
    }
  });

  await t.test('has targets that break only what needs them, and say where', async () => {
    for (const [text, told] of [
      [
        "import { defineTarget } from 'rancheros-pipeline';\nexport default defineTarget({ name: 'bad' x });\n",
        /^error: targets\/bad\.ts:2:43: This target file cannot be read: Expected "}" but found "x"\./m,
      ],
      [
        "import { readFileSync } from 'node:fs';\nexport default readFileSync('/etc/passwd');\n",
        /^error: targets\/bad\.ts:1:30: This target file cannot be read: it imports "node:fs", and a target imports only "rancheros-pipeline"/m,
      ],
      ["import { nothing } from './gone.ts';\nexport default nothing;\n", /^error: targets\/bad\.ts:1:25: This target file cannot be read: Could not resolve "\.\/gone\.ts"/m],
      ["import { defineTarget } from 'rancheros-pipeline';\n\nexport default defineTarget(undefined.name);\n", /^error: targets\/bad\.ts:3:\d+: The target "bad" broke while it was read\./m],
      [
        "import { defineTarget } from 'rancheros-pipeline';\nexport default defineTarget({ name: 'bad', arch: 'amd64', summary: '', parts: () => { return (0).a.b; }, files: {} });\n",
        /^error: targets\/bad\.ts:2:\d+: The target "bad" broke while it was read\./m,
      ],
      ['export const a = 1;\n', /^error: targets\/bad\.ts: This file exports no target\./m],
    ] as const) {
      await write('targets/bad.ts', text);
      const sound = await build(['mine', '--dry-run']);
      assert.equal(sound.end, 0, sound.stderr);
      for (const words of [['bad', '--dry-run'], ['bad']]) {
        const { end, stderr } = await build(words);
        assert.match(stderr, told);
        assert.equal(end, 2);
      }
    }
    assert.match((await run(['targets'])).stdout, /^bad — cannot be read: /m);
    const both = await build(['bad', 'mine']);
    assert.equal(both.end, 1, both.stderr);
    assert.match(both.stdout, /mine\/boot\.ipxe/);
    await write('targets/bad.ts', MINE);
    const twice = await build(['tiny', '--dry-run']);
    assert.deepEqual([twice.end, /The target name "mine" stands in targets\/bad\.ts too|stands in targets\/mine\.ts too/.test(twice.stderr)], [2, true], twice.stderr);
    await write('targets/bad.ts', MINE.replace("name: 'mine'", "name: 'tiny'").replace('mine/', 'other/'));
    const taken = await build(['mine', '--dry-run']);
    assert.deepEqual([taken.end, /targets\/bad\.ts: The target name "tiny" stands in targets\/tiny\.ts too/.test(taken.stderr)], [2, true], taken.stderr);
    await write('targets/bad.ts', MINE.replace("name: 'mine'", "name: 'bad'").replace('mine/', 'bad/'));
  });

  await t.test('with a mistake is refused at the start, whatever is asked', async () => {
    await write('rancheros.yaml', 'name: Acme OS\noverlay: [a]\n');
    for (const words of [['build', 'tiny', '--dry-run'], ['build', 'tiny'], ['plan', 'tiny'], ['targets']]) {
      const { end, stdout, stderr } = await run(words);
      assert.deepEqual([end, stdout], [2, '']);
      assert.match(stderr, /^error: rancheros\.yaml:2:1: "overlay" is not known at the top of the file\.\n {2}→ Did you mean "overlays"\?/m);
    }
    const gone = await run(['targets', '--project', 'nowhere']);
    assert.deepEqual([gone.end, /There is no rancheros\.yaml in "nowhere"/.test(gone.stderr)], [2, true]);
  });
});
