import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { builtStore, cli, eventsOf, projectCopy, stepsRun, temporaryFolder } from './cli.ts';

test('an isolated build takes nothing that was made without isolation, and a release is refused before anything runs', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await projectCopy(folder);
  const built = await builtStore(folder, { project });
  const words = (...more: readonly string[]) => ['build', 'amd64', '--json', '--cache', built.cache, '--dist', path.join(folder, 'again'), ...more];
  const title = 'rancheros.iso';
  await built.forget(title);
  const ranIn = async (...more: readonly string[]) => {
    const { end, stdout, stderr } = await cli(words(...more), { project });
    assert.equal(end, 0, stderr);
    return stepsRun(eventsOf(stdout));
  };
  assert.deepEqual(await ranIn('--executor', 'none'), [title]);
  assert.deepEqual(await ranIn('--executor', 'none'), [], 'without isolation it is found again');
  assert.deepEqual(await ranIn('--executor', 'bwrap'), [title], 'a sandbox does not take it');
  for (const more of [[], ['--dry-run']]) {
    const { end, stdout, stderr } = await cli(words('--executor', 'none', '--version', 'v9.9.9', ...more), { project });
    assert.deepEqual([end, eventsOf(stdout).map(({ type }) => type)], [3, ['failure', 'result']]);
    assert.match(stderr, /without isolation, which is not fit for a release[\s\S]*-dev version/);
  }
});
