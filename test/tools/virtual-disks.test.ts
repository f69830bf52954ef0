import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MIB } from '../../pipeline/formats/sector.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { write as disk } from '../../pipeline/steps/disk/write.ts';
import { write as diskEnds } from '../../pipeline/steps/disk-ends/write.ts';
import { write as diskPieces } from '../../pipeline/steps/disk-pieces/write.ts';
import { write as flatVmdk } from '../../pipeline/steps/flat-vmdk/write.ts';
import { write as gceTar } from '../../pipeline/steps/gce-tar/write.ts';
import { write as ova } from '../../pipeline/steps/ova/write.ts';
import { write as vhd } from '../../pipeline/steps/vhd/write.ts';
import { write as vhdx } from '../../pipeline/steps/vhdx/write.ts';
import { write as vmdk } from '../../pipeline/steps/vmdk/write.ts';
import { write as zeroGap } from '../../pipeline/steps/zero-gap/write.ts';
import { spliced } from '../rig/spliced.ts';
import { oracleOutput } from '../rig/tools.ts';
import { EPOCH } from '../unit/trees/sample.ts';
import { CONTENTS, folder, fresh, partsOf, run } from './disk-contents.ts';
import { type DiskFormat, sameDisks } from './disk-format.ts';
import { write as streamed } from './streamed-vmdk.ts';

const FORMATS: readonly DiskFormat[] = [
  { name: 'a dynamic VHD', qemu: 'vpc', writer: vhd, options: {} },
  { name: 'a VHDX', qemu: 'vhdx', writer: vhdx, options: {} },
  { name: 'a monolithicSparse VMDK', qemu: 'vmdk', writer: vmdk, options: { extent: 'a.vmdk' } },
  { name: 'a streamOptimized VMDK', qemu: 'vmdk', writer: streamed, options: {} },
];

sameDisks(FORMATS);

/** Too large for one hole of a flat VMDK for each of its gaps. */
const LARGE = 65_536;
const FLAT = [...Object.entries(CONTENTS).map(([kind, contents]) => ({ kind, contents, sizeMiB: 17 })), { kind: 'little on much', contents: CONTENTS['noise everywhere'], sizeMiB: LARGE }];
for (const { kind, contents, sizeMiB } of FLAT) {
  test(`the flat extents of a disk of ${sizeMiB} MiB with ${kind} are the same disk to qemu-img`, async () => {
    if (contents === undefined) throw new Error('there are no such contents');
    const parts: { readonly [name: string]: string } = partsOf(contents);
    const raw = (await run(disk, parts, ['disk'], { sizeMiB }))['disk'] ?? '';
    const place = await temporaryDirectory('flat');
    try {
      const outputs = { descriptor: join(place, 'descriptor'), rest: join(place, 'rest') };
      for (const name of ['boot', 'state']) linkSync(parts[name] ?? '', join(place, name));
      await flatVmdk({ inputs: parts, outputs, options: { sizeMiB }, epoch: EPOCH });
      assert.match(await oracleOutput(['qemu-img', 'compare', '-f', 'raw', '-F', 'vmdk', raw, outputs.descriptor]), /identical/);
      assert.ok(readFileSync(outputs.descriptor, 'utf8').split('\n').length < 1000, 'few enough files for a reader to open');
      assert.ok(statSync(outputs.rest).blocks * 512 < 4 * MIB, 'what inputs hold is not written again');
    } finally {
      await removeTemporaryDirectory(place);
      rmSync(raw);
    }
  });
}

for (const [kind, contents] of Object.entries(CONTENTS)) {
  test(`the pieces of a disk of ${kind} are the raw disk`, async () => {
    const parts = partsOf(contents);
    const raw = (await run(disk, parts, ['disk'], { sizeMiB: 17 }))['disk'] ?? '';
    const put = await spliced((await run(diskPieces, parts, ['pieces'], { sizeMiB: 17 }))['pieces'] ?? '', parts, fresh('raw'));
    assert.ok(readFileSync(put).equals(readFileSync(raw)));
  });
}

for (const sizeMiB of [1024, 10_240]) {
  test(`GNU tar unpacks the archive for Google, of a disk of ${sizeMiB} MiB, to the same disk with its holes`, async () => {
    const parts = partsOf(CONTENTS['noise everywhere'] ?? { boot: Buffer.alloc(0), state: Buffer.alloc(0) });
    const raw = (await run(disk, parts, ['disk'], { sizeMiB }))['disk'] ?? '';
    const tar = await spliced((await run(gceTar, parts, ['pieces'], { sizeMiB }))['pieces'] ?? '', parts, fresh('tar'));
    assert.equal(readFileSync(tar).subarray(257, 265).toString('latin1'), 'ustar  \0');
    const listing = await oracleOutput(['tar', '-tvf', tar]);
    assert.match(listing, new RegExp(`^-rw-r--r-- 0/0 +${sizeMiB * MIB} 2024-01-01 00:00 disk\\.raw\\n$`));
    const target = fresh('unpacked');
    await oracleOutput(['tar', '-xf', tar, '-C', folder, '--transform', `s,.*,${target.slice(folder.length + 1)},`]);
    assert.match(await oracleOutput(['qemu-img', 'compare', '-f', 'raw', '-F', 'raw', raw, target]), /identical/);
    assert.ok(statSync(target).blocks * 512 < 16 * MIB, 'holes stayed holes');
    for (const file of [raw, tar, target]) rmSync(file);
  });
}

test('a disk of other than whole GiB is refused for Google, in words', async () => {
  await assert.rejects(run(gceTar, partsOf(CONTENTS['nothing but zeros'] ?? { boot: Buffer.alloc(0), state: Buffer.alloc(0) }), ['pieces'], { sizeMiB: 10_000 }), /whole GiB.*10000 MiB/);
});

for (const sizeMiB of [6, 17, 2048]) {
  test(`the compressed fixed VHD of a disk of ${sizeMiB} MiB unpacks to that disk and a footer, as qemu-img reads it`, async () => {
    const parts = partsOf(CONTENTS['noise everywhere'] ?? { boot: Buffer.alloc(0), state: Buffer.alloc(0) });
    const raw = (await run(disk, parts, ['disk'], { sizeMiB }))['disk'] ?? '';
    const { head = '', tail = '', gap = '' } = await run(diskEnds, parts, ['head', 'tail', 'gap'], { sizeMiB, footer: 'vhd' });
    const zeros = async (mebibytes: number) => {
      const file = fresh('zeros');
      await oracleOutput(['truncate', '-s', `${mebibytes}M`, file]);
      return packed(file);
    };
    const end = (list: string) => spliced(list, parts, fresh('end'));
    const packed = async (file: string) => {
      await oracleOutput(['zstd', '-q', '-3', '--long=27', '--rm', file]);
      return `${file}.zst`;
    };
    const joined = await run(zeroGap, { head: await packed(await end(head)), tail: await packed(await end(tail)), gap, one: await zeros(1), many: await zeros(64) }, ['file'], {});
    const whole = fresh('whole.vhd');
    await oracleOutput(['zstd', '-q', '-d', '--sparse', '-o', whole, joined['file'] ?? '']);
    assert.equal(statSync(whole).size, sizeMiB * MIB + 512);
    assert.match(await oracleOutput(['qemu-img', 'compare', '-f', 'raw', '-F', 'vpc', raw, whole]), /identical/);
    assert.match(await oracleOutput(['qemu-img', 'info', '-f', 'vpc', whole]), new RegExp(`${sizeMiB * MIB} bytes`));
    for (const file of [raw, whole]) rmSync(file);
  });
}

test('an OVA unpacks to a descriptor, a manifest that is right about both other files, and the disk', async () => {
  const parts = partsOf(CONTENTS['every second block'] ?? { boot: Buffer.alloc(0), state: Buffer.alloc(0) });
  const made = await run(ova, parts, ['ova'], { name: 'sample', version: 'v1.2.3', sizeMiB: 17 });
  const target = await temporaryDirectory('ova');
  try {
    assert.equal(await oracleOutput(['tar', '-xvf', made['ova'] ?? '', '-C', target]), 'sample.ovf\nsample.mf\nsample-disk1.vmdk\n');
    const digest = (name: string) =>
      createHash('sha256')
        .update(readFileSync(join(target, name)))
        .digest('hex');
    assert.equal(readFileSync(join(target, 'sample.mf'), 'utf8'), `SHA256(sample.ovf)= ${digest('sample.ovf')}\nSHA256(sample-disk1.vmdk)= ${digest('sample-disk1.vmdk')}\n`);
    const ovf = readFileSync(join(target, 'sample.ovf'), 'utf8');
    assert.match(ovf, new RegExp(`ovf:capacity="${17 * MIB}"`));
    assert.match(ovf, new RegExp(`ovf:size="${statSync(join(target, 'sample-disk1.vmdk')).size}"`));
  } finally {
    await removeTemporaryDirectory(target);
  }
});
