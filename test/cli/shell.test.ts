import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { cli, exists, filesBelow, temporaryFolder, userCache } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

/** What a shell of a step says to some lines. */
function shellSays(project: string, words: readonly string[], lines: string): Promise<{ readonly end: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(project, 'pipeline/cli/launch.mjs'), 'shell', ...words], { cwd: project, stdio: ['pipe', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (end) => resolve({ end, stdout, stderr }));
    child.stdin.end(lines);
  });
}

const canSandbox = (() => {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test('a shell of a step shows its inputs, its tools and nothing else', { skip: !canSandbox && 'user namespaces cannot be made here' }, async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);

  await t.test('of a tool: the program that the step runs gives the bytes of the release when it is typed', async () => {
    const { end, stdout, stderr } = await shellSays(
      project,
      ['pack greeting'],
      'ls /in /out /work; gzip -n -9 </in/greeting >/out/gzip && gzip -dc /out/gzip | head -c 12; ls /root /home 2>&1; exit 7\n',
    );
    assert.equal(end, 7, stderr);
    assert.match(stdout, /\/in:\ngreeting\n/);
    assert.match(stdout, /\/out:\n\n\/work:\n/);
    assert.match(stderr, /The step "pack greeting": 1 inputs in \/in; its outputs are \/out\/gzip\.\nIt runs:\n {2}gzip -n -9 <\/in\/greeting >\/out\/gzip\n/);
  });

  await t.test('of a writer of ours: the same inputs, with the tools of the others', async () => {
    const { end, stdout, stderr } = await shellSays(project, ['greeting', '--target', 'tiny'], 'cat /in/part/0; touch /in/x || echo read-only\n');
    assert.equal(end, 0, stderr);
    assert.match(stdout, /boot \S+\/v1\.5\.9-dev\nread-only/);
    assert.match(stderr, /written by pipeline\/steps\/concat\/write\.ts/);
  });

  await t.test('nothing of it stays in the store', async () => {
    const left = await readdir(path.join(userCache(), 'v1/blobs/tmp'), { recursive: true });
    assert.ok(!left.some((name) => name.endsWith('/out')), left.join());
  });

  for (const [words, says] of [
    [[], /No step was named/],
    [['nothing like this'], /No step's title contains/],
    [['e'], /"e" is part of several titles/],
  ] as const) {
    await t.test(`without one step it is refused: ${JSON.stringify(words)}`, async () => {
      const { end, stderr } = await shellSays(project, words, '');
      assert.equal(end, 2, stderr);
      assert.match(stderr, says);
    });
  }
});

test('a failed step is kept on request, with a script that repeats it', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const cache = path.join(folder, 'cache');
  const target = path.join(project, 'targets/packed.ts');
  await writeFile(
    target,
    (await readFile(target, 'utf8')).replace("argv: ['gzip', '-n', '-9'], stdin: input('greeting'), stdout: output", "argv: ['sh', '-c', 'cp /in/greeting /out/half; echo almost >notes; exit 3']"),
  );
  const words = ['--dist', path.join(folder, 'dist')];

  await t.test('of a tool, whose tool image is in the store of this user', async () => {
    const { end, stderr } = await cli(['build', 'packed', ...words, '--keep-failed', '--plain'], { project, cwd: project });
    assert.equal(end, 1, stderr);
    const [, place = '', repeat = ''] = /What the step "pack greeting" left is kept in (\S+)\. Repeat it: sh (\S+)/.exec(stderr) ?? [];
    t.after(() => execFileSync('rm', ['-rf', place]));
    assert.ok((await filesBelow(place)).includes('out/half'), stderr);
    assert.equal(await readFile(path.join(place, 'work/notes'), 'utf8'), 'almost\n');
    assert.equal(await readFile(path.join(place, 'in/greeting'), 'utf8'), await readFile(path.join(place, 'out/half'), 'utf8'));
    if (!canSandbox) return;
    // It fails again in the same way, and leaves the same.
    assert.throws(() => execFileSync('sh', [repeat], { stdio: 'ignore' }), { status: 3 });
    assert.ok((await filesBelow(place)).includes('again/out/half'));
    await writeFile(repeat, (await readFile(repeat, 'utf8')).replace('exit 3', 'exit 0'));
    execFileSync('sh', [repeat], { stdio: 'ignore' });
  });

  await t.test('of a writer of ours', async () => {
    await writeFile(
      path.join(project, 'pipeline/steps/text/write.ts'),
      "import { writeFile } from 'node:fs/promises';\nexport const write = async ({ outputs }: { outputs: { [name: string]: string } }) => { await writeFile(`${outputs['text']}.half`, 'half'); throw new Error('broken on purpose'); };\n",
    );
    const { stderr } = await cli(['build', 'tiny', ...words, '--cache', cache, '--keep-failed', '--plain'], { project, cwd: project });
    const [, place = '', repeat = ''] = /What the step "words" left is kept in (\S+)\. Repeat it: sh (\S+)/.exec(stderr) ?? [];
    assert.ok((await filesBelow(place)).includes('out/text.half'), stderr);
    assert.throws(() => execFileSync('sh', [repeat], { stdio: 'pipe' }), /broken on purpose/);
  });

  await t.test('without the option nothing is kept', async () => {
    const other = path.join(folder, 'other');
    await cli(['build', 'tiny', ...words, '--cache', other], { project, cwd: project });
    assert.equal(await exists(path.join(other, 'failed')), false);
    assert.deepEqual(await readdir(path.join(other, 'v1/blobs/tmp')), []);
  });
});
