import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { DirectoryDestination } from '../../../pipeline/publish/directory.ts';
import type { ReleaseFile } from '../../../pipeline/publish/manifest.ts';
import { publishRelease } from '../../../pipeline/publish/publish.ts';
import { verifyRelease } from '../../../pipeline/verify/release.ts';

/** As a build says it, with nothing in it. */
function kindOf(name: string): Pick<ReleaseFile, 'kind' | 'arch' | 'platform' | 'contents'> {
  const kind = name.endsWith('json') ? 'aws-image' : name.endsWith('initrd') ? 'initrd' : 'kernel';
  return { kind, arch: 'amd64', platform: 'generic', contents: { files: {} } };
}

const TEXTS = { 'aws-image.json': '{}', vmlinuz: 'kernel', 'arm64/initrd': 'initrd' };

/** Publishes a version, and takes all of it away after so many turns of the event loop; what verify makes of that. */
async function verifiedWhileItGoes(turns: number): Promise<'whole' | 'faults' | 'refused'> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'vanishing-'));
  const root = path.join(folder, 'os');
  const entries = Object.entries(TEXTS).map(([name, text]) => [name, { digest: digestOf(text), size: text.length, target: 'a', ...kindOf(name) }] as const);
  for (const [name, text] of Object.entries(TEXTS)) await writeFile(path.join(folder, path.basename(name)), text);
  const pathOf = ({ digest }: { readonly digest: string }) => path.join(folder, path.basename(entries.find(([, file]) => file.digest === digest)?.[0] ?? ''));
  const files = Object.fromEntries(entries);
  await publishRelease({ version: 'v1.5.9', sources: digestOf('s'), targets: ['a'], line: ['a'], files }, new DirectoryDestination(root, { epoch: 1 }), pathOf);
  const verified = verifyRelease(path.join(root, 'v1.5.9'), () => assert.fail('nothing here is packed')).then(
    ({ failures }) => (failures.length === 0 ? ('whole' as const) : ('faults' as const)),
    (error: unknown) => {
      assert.ok(error instanceof BuildError, String(error));
      return 'refused' as const;
    },
  );
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  await rm(root, { recursive: true, force: true });
  const end = await verified;
  await rm(folder, { recursive: true, force: true });
  return end;
}

test('a version that goes while it is verified is told as files that cannot be read, never as a bug', async () => {
  const ends = new Set<string>();
  for (let turns = 0; turns < 60; turns++) ends.add(await verifiedWhileItGoes(turns));
  assert.ok(ends.has('faults') || ends.has('refused'), [...ends].join());
});
