import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerFolder } from '../../../pipeline/cli/caller-folder.ts';

const OURS = 'node pipeline/cli/launch.mjs build';

test('relative paths start where npm was called, though it runs our script in the project', () => {
  assert.equal(callerFolder({ npm_lifecycle_script: OURS, INIT_CWD: '/project/targets' }, '/project'), '/project/targets');
});

test('relative paths start in the working directory where npm runs something else, or nothing', () => {
  assert.equal(callerFolder({ npm_lifecycle_script: 'node test/run.mjs', INIT_CWD: '/project/targets' }, '/copy'), '/copy');
  assert.equal(callerFolder({ INIT_CWD: '/elsewhere' }, '/copy'), '/copy');
  assert.equal(callerFolder({ npm_lifecycle_script: OURS, INIT_CWD: 'relative' }, '/project'), '/project');
});
