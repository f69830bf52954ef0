import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { cli, exists, startCli, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

for (const kind of [[], ['--json']]) {
  test(`a build whose words nobody reads builds and publishes all the same (${kind.join('') || 'plain'})`, async (t) => {
    const folder = await temporaryFolder(t);
    const dist = path.join(folder, 'dist');
    const project = await tinyProject(folder);
    const running = startCli(['build', 'tiny', '--dist', dist, '--cache', path.join(folder, 'cache'), ...kind], { project });
    running.child.stdout?.destroy();
    assert.equal((await running.result).end, 0);
    assert.equal((await cli(['verify', '--dist', dist])).end, 0);
  });
}

test('a failure that nobody reads keeps its exit code', async () => {
  const running = startCli(['build', 'amd46']);
  running.child.stdout?.destroy();
  running.child.stderr?.destroy();
  assert.equal((await running.result).end, 2);
});

test('a reader that takes one line and goes gets a list without trouble', async () => {
  const { end, stdout, stderr } = await cli(['targets', '--json'], { through: ['sh', '-c', '"$@" | head -n 1', 'sh'] });
  assert.deepEqual([end, stdout, stderr], [0, '[\n', '']);
});

test('words that are lost on a full disk are told, and the command has failed', { skip: !(await exists('/dev/full')) && 'there is no /dev/full here' }, async () => {
  const { end, stderr } = await cli(['targets'], { through: ['sh', '-c', 'exec "$@" >/dev/full', 'sh'] });
  assert.equal(end, 1);
  assert.match(stderr, /output cannot be written.*ENOSPC/);
  assert.doesNotMatch(stderr, /^\s+at /m);
});
