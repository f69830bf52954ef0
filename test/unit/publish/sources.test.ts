import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { digestOfSources } from '../../../pipeline/publish/sources.ts';

let project: string;
beforeEach(async () => {
  project = await mkdtemp(path.join(os.tmpdir(), 'sources-'));
  for (const folder of ['kernel-configs', 'overlays/system/etc', 'pipeline', 'targets']) await mkdir(path.join(project, folder), { recursive: true });
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', 'overlays/system/etc/issue', 'README.md']) await writeFile(path.join(project, file), `${file}\n`, { mode: 0o644 });
  await symlink('issue', path.join(project, 'overlays/system/etc/motd'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

const at = (name: string) => path.join(project, name);

const CHANGES: readonly (readonly [sentence: string, change: () => Promise<unknown>])[] = [
  ['a byte of a file', () => writeFile(at('overlays/system/etc/issue'), 'other\n')],
  ['its name', () => rename(at('overlays/system/etc/issue'), at('overlays/system/etc/issue.net'))],
  ['that it can be executed', () => chmod(at('overlays/system/etc/issue'), 0o755)],
  ['where a link leads', () => unlink(at('overlays/system/etc/motd')).then(() => symlink('passwd', at('overlays/system/etc/motd')))],
  ['a link in place of a file of the same text', () => unlink(at('overlays/system/etc/issue')).then(() => symlink('overlays/system/etc/issue\n', at('overlays/system/etc/issue')))],
  ['a link that is gone', () => unlink(at('overlays/system/etc/motd'))],
  ['package.json', () => writeFile(at('package.json'), '{}')],
  ['the lock of the libraries', () => writeFile(at('package-lock.json'), '{}')],
  ['how the sources are bundled', () => writeFile(at('tsconfig.json'), '{}')],
];
for (const [sentence, change] of CHANGES) {
  test(`the sources are others with ${sentence}`, async () => {
    const before = await digestOfSources(project);
    await change();
    assert.notEqual(await digestOfSources(project), before);
  });
}

test('the sources stay the same with other times, another umask, a page or an editor’s spare copy', async () => {
  const before = await digestOfSources(project);
  await utimes(at('package.json'), 1, 1);
  await chmod(at('overlays/system/etc/issue'), 0o600);
  await writeFile(at('README.md'), 'other\n');
  await writeFile(at('overlays/system/etc/issue~'), 'spare\n');
  assert.equal(await digestOfSources(project), before);
});
