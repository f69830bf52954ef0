import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { exitCodeOf } from '../../pipeline/core/failure.ts';
import { projectFolder } from '../rig/project.ts';
import { cli, temporaryFolder } from './cli.ts';
import { tinyProject } from './tiny-project.ts';

test('README says the exit code of each kind of failure', async () => {
  const readme = await readFile(path.join(projectFolder, 'README.md'), 'utf8');
  const [, said = ''] = /^Exit codes: (.*?)\./m.exec(readme) ?? [];
  const codes = new Map(said.split(/, (?=\d)/).map((each) => [each.replace(/^\d+ /, ''), Number.parseInt(each, 10)]));
  assert.deepEqual(
    [...codes],
    [
      ['ok', 0],
      ['a step, the disk or the network failed', exitCodeOf('step')],
      ['usage or configuration', exitCodeOf('usage')],
      ['no executor or tool', exitCodeOf('no-executor')],
      ['wrong bytes', exitCodeOf('wrong-bytes')],
      ['interrupted', exitCodeOf('interrupted')],
    ],
  );
  assert.deepEqual([exitCodeOf('disk'), exitCodeOf('network'), exitCodeOf('configuration')], [1, 1, 2]);
});

test('a source that cannot be read is told with its place, and ends with 2', async (t) => {
  const project = await tinyProject(await temporaryFolder(t));
  await writeFile(path.join(project, 'targets/bad.ts'), 'export default {;\n');
  const { end, stdout, stderr } = await cli(['targets'], { project, cwd: project });
  assert.deepEqual([end, stdout], [2, '']);
  assert.match(stderr, /^error: targets\/bad\.ts:1:17: This file cannot be read: .*\.\n {2}→ Mend it, then run the same command again\.\n$/);
});

test('a release for which nothing isolates is refused with 3, whatever comes first in it', async (t) => {
  const dist = path.join(await temporaryFolder(t), 'dist');
  await mkdir(dist);
  const { end, stderr } = await cli(['build', 'arm64', '--executor', 'none', '--version', 'v9.9.9', '--dist', dist, '--dry-run', '--allow-dirty', '--accept-stale']);
  assert.equal(end, 3, stderr);
  assert.match(stderr, /without isolation, which is not fit for a release/);
});
