import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { removeTemporaryDirectory, temporaryDirectory } from '../../../pipeline/host/temporary-directory.ts';
import type { BootCase } from '../../rig/boot-case.ts';
import { sourcesDigest } from '../../rig/bundle.mjs';
import { canonical, Proofs, premisesOf } from '../../rig/proof.ts';

const folder = await temporaryDirectory('proofs');
after(() => removeTemporaryDirectory(folder));

const proofs = new Proofs(join(folder, 'proven'));
const PREMISES = { boot: 'a', emulator: 'b tcg' };
const iso = join(folder, 'rancheros.iso');

test('a boot is proven for the same files, case and emulator, and for no others', async () => {
  writeFileSync(iso, 'one');
  assert.equal(await proofs.of('it boots', PREMISES), undefined, 'before it ran');
  await proofs.keep('it boots', PREMISES, { files: [iso], checks: 3 });
  assert.equal((await proofs.of('it boots', PREMISES))?.checks, 3);
  assert.equal(await proofs.of('it boots', { ...PREMISES, boot: 'c' }), undefined, 'another case');
  assert.equal(await proofs.of('it boots', { ...PREMISES, emulator: 'b kvm' }), undefined, 'another emulator');
  writeFileSync(iso, 'two');
  assert.equal(await proofs.of('it boots', PREMISES), undefined, 'another file');
});

test('a proof that was cut off is none', async () => {
  writeFileSync(iso, 'one');
  await proofs.keep('cut off', PREMISES, { files: [iso], checks: 3 });
  writeFileSync(join(folder, 'proven/cut-off.json'), '{"format": 1, "bo');
  assert.equal(await proofs.of('cut off', PREMISES), undefined);
});

test('a boot that was given no file of a release proves nothing', async () => {
  await proofs.keep('nothing', PREMISES, { files: [], checks: 3 });
  assert.equal(await proofs.of('nothing', PREMISES), undefined);
});

test('a case is another one when a pattern, bytes or the source of a function changes', () => {
  const texts = [
    canonical({ shows: /a/ }, 's'),
    canonical({ shows: /a/i }, 's'),
    canonical({ files: { a: Uint8Array.of(1) } }, 's'),
    canonical({ files: { a: Uint8Array.of(2) } }, 's'),
    canonical({ files: { a: Buffer.of(3) } }, 's'),
    canonical({ by: () => 1 }, 's'),
    canonical({ by: () => 1 }, 't'),
  ];
  assert.equal(new Set(texts).size, texts.length, texts.join('\n'));
  assert.equal(canonical({ files: { a: Buffer.of(1) } }, 's'), canonical({ files: { a: Uint8Array.of(1) } }, 's'));
});

const CASE: BootCase = { name: 'it boots', medium: 'cdrom', firmware: 'bios', memoryMiB: 512, checks: [] };

test('premises name the tool image, the accelerator, the case and the code that boots it', () => {
  const before = process.env['RANCHEROS_TEST_RUN'];
  process.env['RANCHEROS_TEST_RUN'] = folder;
  try {
    const withSources = (machine: string) => {
      writeFileSync(join(folder, 'sources.json'), JSON.stringify({ machine, bundles: { [process.argv[1] ?? '']: 'bundle' } }));
      return premisesOf(CASE, { toolRoot: `/roots/${'ab'.repeat(32)}`, accelerator: 'tcg' });
    };
    const [first, second] = [withSources('m'), withSources('n')];
    assert.equal(first?.emulator, `${'ab'.repeat(32)} tcg`);
    assert.notEqual(first.boot, second?.boot, 'other code');
    assert.equal(premisesOf(CASE, { toolRoot: '/somewhere/unpacked', accelerator: 'tcg' }), undefined, 'a tree has no digest');
  } finally {
    if (before === undefined) delete process.env['RANCHEROS_TEST_RUN'];
    else process.env['RANCHEROS_TEST_RUN'] = before;
  }
});

test('the digest of a source covers what it imports, and nothing else', () => {
  mkdirSync(join(folder, 'src'));
  const write = (name: string, text: string) => writeFileSync(join(folder, 'src', name), text);
  const inputs = { 'src/a.ts': { imports: [{ path: 'src/b.ts' }] }, 'src/b.ts': { imports: [{ path: 'src/a.ts' }] }, 'src/c.ts': { imports: [] } };
  for (const name of ['a.ts', 'b.ts', 'c.ts']) write(name, name);
  const digest = () => sourcesDigest(folder, inputs, 'src/a.ts');
  const first = digest();
  write('c.ts', 'changed');
  assert.equal(digest(), first);
  write('b.ts', 'changed');
  assert.notEqual(digest(), first);
});
