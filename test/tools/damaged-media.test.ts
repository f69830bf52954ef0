import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { digestOf } from '../../pipeline/core/digest.ts';
import type { MediumContents, MediumKind } from '../../pipeline/core/medium.ts';
import { cpioPadding, encodeCpioHeader, encodeCpioTrailer } from '../../pipeline/formats/cpio.ts';
import { inMemory } from '../../pipeline/formats/random-access.ts';
import { BUILD_EPOCH } from '../../pipeline/graph/graph.ts';
import { digestOfDisk } from '../../pipeline/io/disk-digest.ts';
import { validateReleaseFile } from '../../pipeline/verify/formats.ts';
import { validateGceTar } from '../../pipeline/verify/gce-tar.ts';
import { compareInitrd } from '../../pipeline/verify/initrd-contents.ts';
import { validateOva } from '../../pipeline/verify/ova.ts';
import { validateQcow2 } from '../../pipeline/verify/qcow2.ts';
import { validateVhd } from '../../pipeline/verify/vhd.ts';
import { validateVhdx } from '../../pipeline/verify/vhdx.ts';
import { validateVmdk } from '../../pipeline/verify/vmdk.ts';
import { damageOf } from '../rig/damage.ts';
import { Draws } from '../rig/draws.ts';
import { file, tarOf } from '../unit/trees/sample.ts';
import { formatSamples } from './format-samples.ts';

const samples = await formatSamples();

/** As GNU gzip packs it without a name and a time. */
function gzip(bytes: Uint8Array): Buffer {
  const packed = gzipSync(bytes, { level: 1 });
  packed[9] = 3;
  return packed;
}

const MEDIA: { readonly [kind in MediumKind]?: { readonly bytes: Buffer; readonly open: typeof validateVhd | typeof validateGceTar } } = {
  vhd: { bytes: samples.vhd, open: validateVhd },
  vhdx: { bytes: samples.vhdx, open: validateVhdx },
  vmdk: { bytes: samples.vmdk, open: (source, inspect) => validateVmdk(source, 'monolithicSparse', inspect) },
  ova: { bytes: samples.ova, open: validateOva },
  qcow2: { bytes: samples.qcow2, open: validateQcow2 },
  'gce-archive': { bytes: gzip(samples.gceTar), open: validateGceTar },
};
const ROUNDS = 24;
/** Compressed by programs that could have said the same in other bytes. */
const PACKED: readonly string[] = ['qcow2', 'gce-archive'];
/** Damages, of those, that hit an identity which could as well be the damaged one, such as the number of a VMDK. */
const MOST_IDENTITIES = 2;

/** What release.json says of a disk: its digest, and its one file. */
async function contentsOf({ bytes, open }: NonNullable<(typeof MEDIA)[MediumKind]>): Promise<MediumContents> {
  let disk: MediumContents['disk'];
  const wrong = await open(inMemory(bytes), (found) => {
    disk = digestOfDisk(found);
    return [];
  });
  assert.deepEqual(wrong, []);
  const program = 'MZ and a program';
  return { ...(disk && { disk }), files: { 'EFI/BOOT/BOOTX64.EFI': { digest: digestOf(program), size: program.length } } };
}

for (const [kind, medium] of Object.entries(MEDIA)) {
  test(`whatever is damaged in a ${kind} is found, though its own digest is said to be right`, async () => {
    const inner = { kind: kind as MediumKind, arch: 'amd64' as const, version: 'v1.2.3', contents: await contentsOf(medium) };
    const parts = [{ digest: digestOf(medium.bytes), size: medium.bytes.length }];
    const whole = { ...inner, contents: { ...inner.contents, parts } };
    assert.deepEqual(await validateReleaseFile(inMemory(medium.bytes), whole), []);
    const draws = new Draws(`damage of ${kind}`);
    const missed: string[] = [];
    const missedInside: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { words, damaged } = damageOf(inMemory(medium.bytes), draws);
      if ((await validateReleaseFile(damaged, whole)).length === 0) missed.push(words);
      if (!PACKED.includes(kind) && (await validateReleaseFile(damaged, inner)).length === 0) missedInside.push(words);
    }
    assert.deepEqual(missed, []);
    assert.ok(missedInside.length <= MOST_IDENTITIES, missedInside.join('; '));
  });
}

test('every container of one disk has the same digest', async () => {
  const wanted = digestOfDisk(inMemory(samples.raw));
  for (const [kind, medium] of Object.entries(MEDIA)) if (kind !== 'gce-archive') assert.deepEqual((await contentsOf(medium)).disk, wanted, kind);
});

test('a file on the disk that release.json does not name, or that has another digest, is named', async () => {
  const { bytes } = MEDIA.vhd ?? assert.fail();
  const contents = await contentsOf({ bytes, open: validateVhd });
  const said = async (files: MediumContents['files']) =>
    (await validateReleaseFile(inMemory(bytes), { kind: 'vhd', arch: 'amd64', version: 'v1.2.3', contents: { ...contents, files } })).map(({ message }) => message).join('\n');
  const other = { digest: digestOf('another program'), size: 16 };
  assert.match(await said({ 'EFI/BOOT/BOOTX64.EFI': other }), /EFI\/BOOT\/BOOTX64\.EFI in it has the digest sha256:[0-9a-f]{64}; release\.json says/);
  assert.match(await said({}), /EFI\/BOOT\/BOOTX64\.EFI is in it, and release\.json does not name it/);
  assert.match(await said({ ...contents.files, 'a/boot/vmlinuz': other }), /a\/boot\/vmlinuz is missing in it/);
});

/** An initrd of a small archive and one with two files, as a build makes it. */
function initrd(): { readonly bytes: Buffer; readonly contents: MediumContents } {
  const files = { rancheros: '', 'rancheros/base.squashfs': 'hsqs and more', 'rancheros/layers': 'base\n' };
  const base = Buffer.from('the small archive');
  const parts = [base, Buffer.alloc(cpioPadding(base.length))];
  for (const [index, [path, text]] of Object.entries(files).entries()) {
    const isFolder = text === '';
    const mode = isFolder ? 0o040755 : 0o100644;
    parts.push(Buffer.from(encodeCpioHeader({ path, mode, uid: 0, gid: 0, mtime: BUILD_EPOCH, size: text.length, inode: index + 1, links: isFolder ? 2 : 1 })));
    parts.push(Buffer.from(text), Buffer.alloc(cpioPadding(text.length)));
  }
  parts.push(Buffer.from(encodeCpioTrailer()));
  const written = parts.slice(2).reduce((sum, part) => sum + part.length, 0);
  parts.push(Buffer.alloc((512 - (written % 512)) % 512));
  const blob = (content: string | Buffer) => ({ digest: digestOf(content), size: content.length });
  const { rancheros: _, ...named } = files;
  return { bytes: Buffer.concat(parts), contents: { files: { 'initrd-base': blob(base), ...Object.fromEntries(Object.entries(named).map(([path, text]) => [path, blob(text)])) } } };
}

test('whatever is damaged in an initrd is found', () => {
  const { bytes, contents } = initrd();
  assert.deepEqual(compareInitrd(inMemory(bytes), contents), []);
  for (let at = 0; at < bytes.length; at++) {
    const turned = Buffer.from(bytes);
    turned[at] = (turned[at] ?? 0) ^ 1;
    assert.notDeepEqual(compareInitrd(inMemory(turned), contents), [], `byte ${at}`);
  }
  const fieldsOf = (damaged: Buffer) => compareInitrd(inMemory(damaged), contents).map(({ field }) => field);
  assert.ok(fieldsOf(bytes.subarray(0, 100)).includes('archive'));
  assert.ok(fieldsOf(Buffer.concat([bytes, Buffer.alloc(512)])).includes('file.size'));
  const renamed = Buffer.from(bytes);
  renamed[bytes.indexOf('rancheros')] = 0x78;
  assert.ok(fieldsOf(renamed).includes('directory'));
  const padded = Buffer.from(bytes);
  padded[17] = 1;
  assert.ok(fieldsOf(padded).includes('padding'));
});

test('places that hold nothing are zeros, and a field is named where they are not', async () => {
  const said = async (kind: MediumKind, bytes: Buffer, at: number): Promise<readonly string[]> => {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    return (await validateReleaseFile(inMemory(damaged), { kind, arch: 'amd64', version: 'v1.2.3' })).map(({ field }) => field);
  };
  const blocks = Math.ceil(samples.raw.length / (2 << 20));
  assert.ok((await said('vhd', samples.vhd, 1536 + blocks * 4)).includes('table.padding'));
  assert.ok(
    (await said('vhd', samples.vhd, samples.vhd.length - 512 - 5)).some((field) => /^block\.\d+\.end$/.test(field)),
    'block.0.end',
  );
  assert.ok((await said('vhdx', samples.vhdx, 8)).includes('creator'));
  assert.ok((await said('vmdk', samples.vmdk, 8000)).includes('descriptor.end'));
});

test('the layer of an image must be the one that release.json names', async () => {
  const layer = tarOf([file('a', 'text')]);
  const config = JSON.stringify({ rootfs: { diff_ids: [digestOf(layer)] } });
  const name = `${digestOf(config).slice(7)}.json`;
  const manifest = JSON.stringify([{ Config: name, RepoTags: ['a:1'], Layers: ['layer.tar'] }]);
  const tar = tarOf([file('layer.tar', Buffer.from(layer)), file(name, config), file('manifest.json', manifest)]);
  const about = (digest: ReturnType<typeof digestOf>) => ({
    kind: 'console-image' as const,
    arch: 'amd64' as const,
    version: 'v1.2.3',
    contents: { files: { layer: { digest, size: layer.length } }, tar: { digest: digestOf(tar), size: tar.length } },
  });
  assert.deepEqual(await validateReleaseFile(inMemory(gzip(tar)), about(digestOf(layer))), []);
  const wrong = await validateReleaseFile(inMemory(gzip(tar)), about(digestOf('another')));
  assert.deepEqual(
    wrong.map(({ field }) => field),
    ['contents.layer'],
  );
});
