import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileSource } from '../../pipeline/io/file-source.ts';
import { parseManifest } from '../../pipeline/publish/manifest.ts';
import { validateReleaseFile } from '../../pipeline/verify/formats.ts';
import { damageOf } from '../rig/damage.ts';
import { Draws } from '../rig/draws.ts';
import { publishedFile } from '../rig/project.ts';

/** Each reads a whole file. `damaged-media` has small samples of all formats. */
const ROUNDS = 6;
const skip = process.env['RANCHEROS_TEST_RELEASE'] === '1' ? false : 'runs in npm run test:release';

const manifest = parseManifest(readFileSync(publishedFile('release.json'), 'utf8')) ?? assert.fail('no release was built');

for (const [path, { kind, arch, contents }] of Object.entries(manifest.files)) {
  test(`whatever is damaged in ${path} is found by what release.json says of its contents`, { skip }, async () => {
    const about = { kind, arch, contents, version: manifest.version };
    const source = new FileSource(join(publishedFile(''), path));
    try {
      assert.deepEqual(await validateReleaseFile(source, about), [], 'the file as it was built');
      const draws = new Draws(`damage of ${path}`);
      const missed: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const { words, damaged } = damageOf(source, draws);
        if ((await validateReleaseFile(damaged, about)).length === 0) missed.push(words);
      }
      assert.deepEqual(missed, []);
    } finally {
      source.close();
    }
  });
}
