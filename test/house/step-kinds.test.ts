import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KIND_NAMES } from '../../pipeline/steps/kit/kind-names.ts';
import { projectFolder } from '../rig/project.ts';

test('every directory of pipeline/steps is a kind of step that the compiler knows, and no other name is', () => {
  const directories = readdirSync(join(projectFolder, 'pipeline/steps'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'kit')
    .map(({ name }) => name);
  assert.deepEqual([...KIND_NAMES], directories.sort(), 'KIND_NAMES of pipeline/steps/kit/kind-names.ts lists the directories of pipeline/steps, in their order');
});
