import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { builtStore, cli, filesBelow, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

const CANARY = 'cAnary-7f3a91';
/** Whether bytes hold the canary, plain, in base64 at any of the three offsets, or encoded for an address. */
const FORMS = [
  CANARY,
  ...['', 'x', 'xx'].map((before) =>
    Buffer.from(before + CANARY)
      .toString('base64')
      .slice(4, -4),
  ),
  encodeURIComponent(CANARY),
];

test('secrets of the surroundings stand in no output, no release, no store and no kept directory of a failed step', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await tinyProject(folder);
  const env = {
    AWS_SECRET_ACCESS_KEY: CANARY,
    GITHUB_TOKEN: CANARY,
    RANCHEROS_REMOTE_CACHE_TOKEN: CANARY,
    RANCHEROS_DEBIAN_MIRROR: `http://somebody:${CANARY}@127.0.0.1:9/debian`,
    http_proxy: `http://somebody:${CANARY}@127.0.0.1:9`,
  };
  const built = await builtStore(folder, { project, targets: ['packed', 'slow'] });
  const dist = path.join(folder, 'with-secrets');
  const common = ['--cache', built.cache, '--dist', dist, '--remote-cache', `http://somebody:${CANARY}@127.0.0.1:9/cache`];
  // The tool sees its own environment and nothing of ours: it fails and shows all that it has.
  const slow = path.join(project, 'targets/slow.ts');
  await writeFile(slow, (await readFile(slow, 'utf8')).replace('sleep 4 && cat', 'env >&2; false'));
  for (const step of ['words', 'greeting', 'pack greeting', 'copy greeting']) await built.forget(step);
  const results = [
    await cli(['build', 'packed', 'slow', '--json', '--keep-failed', ...common], { project, env }),
    await cli(['build', 'packed', 'slow', '--plain', ...common], { project, env }),
    await cli(['plan', 'slow', ...common], { project, env }),
  ];
  assert.deepEqual(
    results.map(({ end }) => end),
    [1, 1, 0],
    results.map(({ stderr }) => stderr).join(''),
  );
  assert.match(results[0]?.stdout ?? '', /PATH=/, 'the failing tool showed its environment');
  for (const { stdout, stderr } of results) for (const form of FORMS) assert.ok(!`${stdout}${stderr}`.includes(form), `${form} in ${stdout}${stderr}`);
  for (const place of [dist, built.cache])
    for (const file of await filesBelow(place)) {
      const bytes = await readFile(path.join(place, file)).catch(() => Buffer.alloc(0));
      for (const form of FORMS) assert.ok(!bytes.includes(form), `${form} in ${file}`);
    }
});
