import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { cli, eventsOf, exists, filesBelow, stepsRun, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

interface PlanDocument {
  readonly format: number;
  readonly totals: Readonly<Record<'total' | 'cached' | 'remote' | 'run' | 'waits', number>>;
  readonly download: { readonly files: number; readonly bytes: number };
  readonly lock: { readonly date: string; readonly days: number };
  readonly steps: readonly { readonly title: string; readonly state: string; readonly reason?: string }[];
}

interface WhyDocument {
  readonly steps: readonly {
    readonly title: string;
    readonly state: string;
    readonly dependsOn: readonly string[];
    readonly changes: readonly {
      readonly what: string;
      readonly name: string;
      readonly isUnknown?: boolean;
      readonly files?: readonly string[];
      readonly because: readonly { readonly name: string }[];
    }[];
  }[];
}

test('plan and why say what a build would do, and build nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const [cache, dist] = [path.join(folder, 'cache'), path.join(folder, 'dist')];
  const run = (...words: readonly string[]) => cli([...words, '--cache', cache], { project, cwd: project });
  const planned = async (...words: readonly string[]): Promise<PlanDocument> => {
    const { end, stdout, stderr } = await run('plan', ...words, '--dist', dist, '--json');
    assert.deepEqual([end, stderr], [0, '']);
    return JSON.parse(stdout) as PlanDocument;
  };
  const whyOf = async (...words: readonly string[]): Promise<WhyDocument> => {
    const { end, stdout, stderr } = await run('why', ...words, '--json');
    assert.deepEqual([end, stderr], [0, '']);
    return JSON.parse(stdout) as WhyDocument;
  };
  const states = ({ steps }: PlanDocument) => Object.fromEntries(steps.map(({ title, state }) => [title, state]));

  await t.test('on an empty store one step can be keyed, and the other depends on its bytes', async () => {
    const plan = await planned('tiny');
    assert.deepEqual(states(plan), { words: 'run', greeting: 'waits' });
    assert.deepEqual(plan.totals, { total: 2, cached: 0, remote: 0, run: 1, waits: 1 });
    assert.equal(plan.steps.find(({ title }) => title === 'greeting')?.reason, 'depends on the bytes of words');
    assert.match(plan.lock.date, /^\d{4}-\d\d-\d\d$/);
    assert.ok(plan.lock.days >= 0);
    const [why] = (await whyOf('greeting', '--target', 'tiny')).steps;
    assert.deepEqual([why?.title, why?.state, why?.dependsOn], ['greeting', 'waits', ['words']]);
    assert.equal(await exists(dist), false, 'nothing was published');
    assert.deepEqual(
      (await filesBelow(path.join(cache, 'v1'))).filter((name) => name.startsWith('actions')),
      [],
      'no step has run',
    );
  });

  await t.test('what was not built cannot be measured', async () => {
    const { end, stderr } = await run('size', 'tiny');
    assert.equal(end, 2);
    assert.match(stderr, /The target "tiny" was not built yet\.[\s\S]*npm run build -- --target tiny/);
  });

  await t.test('packages that a tool image needs are counted with their bytes', async () => {
    const { download, steps } = await planned('packed');
    assert.ok(download.files > 20 && download.bytes > 10_000_000, JSON.stringify(download));
    assert.equal(steps.find(({ title }) => title === 'pack greeting')?.state, 'waits');
  });

  await t.test('a build says the same plan, and after it all is cached', async () => {
    const { end, stdout, stderr } = await run('build', 'tiny', '--dist', dist, '--json');
    assert.equal(end, 0, stderr);
    const events = eventsOf(stdout);
    const plan = events.find((event) => event.type === 'plan');
    assert.deepEqual(plan?.steps.map(({ title, state }) => [title, state]).sort(), [
      ['greeting', 'waits'],
      ['words', 'run'],
    ]);
    assert.deepEqual([...stepsRun(events)].sort(), ['greeting', 'words']);
    const after = await planned('tiny');
    assert.deepEqual(states(after), { words: 'cached', greeting: 'cached' });
    assert.deepEqual(after.download, { files: 0, bytes: 0 });
  });

  await t.test('the sizes of what was built: a summary and a page beside dist', async () => {
    const { end, stdout, stderr } = await run('size', 'tiny');
    assert.deepEqual([end, stderr], [0, '']);
    const place = path.join(project, 'dist/size/tiny.html');
    assert.match(stdout, /^tiny\/greeting +14\.9 kB\n {2}script +14\.9 kB\n[\s\S]*\nThe page: /);
    assert.ok(stdout.endsWith(`The page: ${place}\n`));
    assert.match(await readFile(place, 'utf8'), /^<!DOCTYPE html>[\s\S]*<h1>Sizes of tiny v1\.5\.9-dev<\/h1>[\s\S]*<\/html>\n$/);
  });

  await t.test('gc --dry-run counts what would go, and removes nothing', async () => {
    const before = (await filesBelow(path.join(cache, 'v1/blobs/sha256'))).length;
    const { end, stdout } = await run('gc', '--days', '0', '--dry-run');
    assert.equal(end, 0);
    assert.match(stdout, /^\d+ files would be removed .*Nothing was removed\.$/m);
    assert.equal((await filesBelow(path.join(cache, 'v1/blobs/sha256'))).length, before);
  });

  const since = path.join(folder, 'plan.json');
  await t.test('a changed file is named with its directory, in the plan and by why', async () => {
    await writeFile(since, `\n> rancheros-pipeline plan\n${JSON.stringify(await planned('tiny'))}`);
    await appendFile(path.join(project, 'overlays/tiny/greeting'), 'and good night\n');
    const plan = await planned('tiny');
    assert.deepEqual(states(plan), { words: 'cached', greeting: 'run' });
    assert.match(plan.steps.find(({ title }) => title === 'greeting')?.reason ?? '', /files of the repository, overlays\/tiny: [0-9a-f]{12} → [0-9a-f]{12}; {3}~ greeting/);
    for (const more of [[], ['--since', since], ['--since', 'v1.5.9-dev', '--dist', dist]]) {
      const [why] = (await whyOf('greeting', '--target', 'tiny', ...more)).steps;
      assert.deepEqual(
        why?.changes.map(({ what, name, files }) => [what, name, files]),
        [['file', 'overlays/tiny', ['~ greeting']]],
      );
    }
  });

  await t.test('behind a step that has not run why names it, and tells what changed in it', async () => {
    const [why] = (await whyOf('greeting', '--target', 'tiny', '--version', 'v2.0.0-x', '--since', since)).steps;
    assert.deepEqual([why?.state, why?.dependsOn], ['waits', ['words']]);
    const bytes = why?.changes.find(({ what }) => what === 'bytes');
    assert.deepEqual([bytes?.name, bytes?.isUnknown, bytes?.because.map(({ name }) => name)], ['words: text', true, ['text']]);
    const { stdout } = await run('why', 'greeting', '--target', 'tiny', '--version', 'v2.0.0-x');
    assert.match(stdout, /depends on the bytes of words/);
    assert.match(stdout, /option text: "\S+ .*\/v1\.5\.9-dev\\n" → "\S+ .*\/v2\.0\.0-x\\n"/);
  });

  await t.test('the code of a writer is named', async () => {
    await appendFile(path.join(project, 'pipeline/steps/concat/write.ts'), "\nexport const more = 'code';\n");
    const [why] = (await whyOf('greeting', '--target', 'tiny', '--since', since)).steps;
    assert.ok(
      why?.changes.some(({ what, name }) => what === 'writer-code' && name === 'concat'),
      JSON.stringify(why),
    );
  });

  await t.test('the graph can be drawn', async () => {
    const { stdout } = await run('plan', 'tiny', '--mermaid');
    assert.match(stdout, /^flowchart LR\n[\s\S]*s(\d+)\["words"\]:::cached\n[\s\S]*s\1 --> s\d+/);
  });

  await t.test('a step, a plan or a release that does not exist is refused', async () => {
    await mkdir(path.join(folder, 'empty'), { recursive: true });
    for (const [words, says] of [
      [['why', 'nothing like this'], /No step's title contains "nothing like this"/],
      [['why'], /No step was named/],
      [['why', 'greeting', '--since', path.join(project, 'package.json')], /package\.json: This file is no plan/],
      [['why', 'greeting', '--since', 'v9.9.9', '--dist', path.join(folder, 'empty')], /There is no release "v9\.9\.9"/],
      [['why', 'greeting', '--since', 'yesterday'], /"yesterday" is no version/],
      [['plan'], /No target was named/],
    ] as const) {
      const { end, stderr } = await run(...words);
      assert.equal(end, 2, stderr);
      assert.match(stderr, says);
    }
  });
});
