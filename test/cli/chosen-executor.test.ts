import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Manifest } from '../../pipeline/publish/manifest.ts';
import { builtStore, cli, eventsOf, stepsRun, temporaryFolder } from './cli.ts';

/** A step of a tool that takes little. */
const STEP = 'squashfs config';

/** An environment in which bubblewrap may not make a sandbox, and the only Docker daemon is far away. */
async function forbidding(folder: string): Promise<NodeJS.ProcessEnv> {
  const programs = path.join(folder, 'bin');
  await mkdir(programs);
  await writeFile(path.join(programs, 'bwrap'), '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n', { mode: 0o755 });
  return { PATH: `${programs}:${process.env['PATH']}`, DOCKER_HOST: 'tcp://192.0.2.1:2375' };
}

async function storeWithoutStep(t: TestContext) {
  const folder = await temporaryFolder(t);
  const built = await builtStore(folder);
  await built.forget(STEP);
  const words = ['--cache', built.cache, '--dist', path.join(folder, 'again')];
  return { folder, built, words, files: async (dist: string) => (JSON.parse(await readFile(path.join(dist, 'latest/release.json'), 'utf8')) as Manifest).files };
}

test('plan and build say in one sentence which executor they took, why, and how to get a better one', async (t) => {
  const { folder, words } = await storeWithoutStep(t);
  const env = await forbidding(folder);
  const sentence =
    /^Tools run WITHOUT isolation, as bubblewrap says "bwrap: setting up uid map: Permission denied" and Docker says "DOCKER_HOST is .*, which is no local socket \(unix:\/\/\/…\)": what they make is not fit for a release; to isolate them, allow unprivileged user namespaces \(.*\), or start a Docker daemon on a local socket that this user may open\.$/;
  const planned = await cli(['plan', 'amd64', ...words, '--json'], { env });
  assert.equal(planned.end, 0, planned.stderr);
  const { executor } = JSON.parse(planned.stdout) as { readonly executor: { readonly name: string; readonly isolated: boolean; readonly words: string } };
  assert.deepEqual([executor.name, executor.isolated], ['none', false]);
  assert.match(executor.words, sentence);
  const text = await cli(['plan', 'amd64', ...words], { env });
  assert.match(text.stdout, /^ {2}executor {2}Tools run WITHOUT isolation, as bubblewrap says [^\n]*\.$/m);
  const refused = await cli(['build', 'amd64', ...words, '--version', 'v9.9.9', '--allow-dirty', '--accept-stale', '--plain'], { env });
  assert.equal(refused.end, 3, refused.stderr);
  assert.match(refused.stderr, /without isolation, which is not fit for a release[\s\S]*bubblewrap: bwrap: setting up uid map[\s\S]*Docker: DOCKER_HOST is/);
  const made = await cli(['build', 'amd64', ...words, '--json'], { env });
  assert.equal(made.end, 0, made.stderr);
  const said = eventsOf(made.stdout).flatMap((event) => (event.type === 'note' && event.message.startsWith('Tools run') ? [event] : []));
  assert.deepEqual(
    said.map(({ level, message }) => [level, sentence.test(message)]),
    [['warning', true]],
  );
  const sandboxed = await cli(['plan', 'amd64', ...words]);
  assert.match(sandboxed.stdout, /^ {2}executor {2}Tools run in bubblewrap, the first choice, which works here: /m);
});

test('a tool image that somebody changed is unpacked anew before a step runs, which is said, and no result of it is kept', async (t) => {
  const { built, words, files } = await storeWithoutStep(t);
  const build = async (...more: readonly string[]) => {
    const { end, stdout, stderr } = await cli(['build', 'amd64', '--json', '--executor', 'bwrap', ...words, ...more]);
    assert.equal(end, 0, stderr);
    const events = eventsOf(stdout);
    assert.deepEqual(await files(words[3] ?? ''), await files(built.dist));
    return { ran: stepsRun(events), said: events.flatMap((event) => (event.type === 'note' && event.message.includes('tool image') ? [event.message] : [])) };
  };
  assert.deepEqual(await build(), { ran: [STEP], said: [] });
  const [layout = ''] = await readdir(built.cache);
  const roots = path.join(built.cache, layout, 'roots');
  const [root = ''] = (await readdir(roots)).filter((name) => !name.includes('.'));
  const program = path.join(roots, root, 'usr/bin/mksquashfs');
  for (const more of [[], ['--paranoid']]) {
    await rm(program, { force: true });
    await writeFile(program, '#!/bin/sh\nfor word; do case $word in /out/*) echo evil >"$word" ;; esac; done\n', { mode: 0o755 });
    await built.forget(STEP);
    const { ran, said } = await build(...more);
    assert.deepEqual(ran, [STEP]);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^The unpacked tool image \S+ was changed \(usr\/bin\/mksquashfs is not as it was unpacked\), and has been unpacked anew before any of its tools ran\.$/);
  }
});
