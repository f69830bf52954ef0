import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashFile } from '../../pipeline/host/hash-file.ts';
import { makeConfigMedium, makeDisk } from '../rig/case-disk.ts';
import { overlayOf, publishedDisk } from '../rig/published-disk.ts';
import { oracleOutput } from '../rig/tools.ts';

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'case-disk-'));
  try {
    await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const FILES = { 'conf/a.txt': 'of a\n', b: 'of b\n' };

test('disks of boot cases hold a file system with their label and files', () =>
  inFolder(async (folder) => {
    const ext4 = await makeDisk({ name: 'e', mebibytes: 16, holds: { type: 'ext4', label: 'RANCHER_STATE', files: FILES } }, folder);
    assert.match(await oracleOutput(['dumpe2fs', '-h', ext4]), /volume name: +RANCHER_STATE/);
    assert.equal(await oracleOutput(['debugfs', '-R', 'cat /conf/a.txt', ext4]), 'of a\n');
    const fat = await makeDisk({ name: 'f', mebibytes: 8, holds: { type: 'fat', label: 'RANCHERBOOT', files: FILES } }, folder);
    assert.equal(await oracleOutput(['mtype', '-i', fat, '::/conf/a.txt']), 'of a\n');
    const swap = await makeDisk({ name: 's', mebibytes: 8, holds: { type: 'swap', label: 'RANCHER_SWAP' } }, folder);
    assert.match(await oracleOutput(['blkid', '-p', swap]), /LABEL="RANCHER_SWAP" .*TYPE="swap"/);
  }));

test('configuration media of boot cases, as a CD and as FAT', () =>
  inFolder(async (folder) => {
    const iso = await makeConfigMedium({ label: 'config-2', files: { 'openstack/latest/user_data': '#cloud-config\n' } }, folder);
    assert.match(await oracleOutput(['blkid', '-p', iso]), /LABEL="config-2" .*TYPE="iso9660"/);
    assert.match(await oracleOutput(['xorriso', '-indev', iso, '-find', '/']), /^'\/openstack\/latest\/user_data'$/m);
    await rm(iso);
    const fat = await makeConfigMedium({ label: 'CIDATA', format: 'fat', files: { 'user-data': 'x' } }, folder);
    assert.equal(await oracleOutput(['mtype', '-i', fat, '::/user-data']), 'x');
  }));

test('published disks are opened by their names, unpacked where they are packed, and never written to', () =>
  inFolder(async (folder) => {
    const raw = join(folder, 'disk.raw');
    await writeFile(raw, 'first bytes of the disk');
    await truncate(raw, 8 * 2 ** 20);
    const at = (name: string): string => join(folder, name);
    await oracleOutput(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', '-c', raw, at('packed.img')]);
    await oracleOutput(['qemu-img', 'convert', '-f', 'raw', '-O', 'vpc', '-o', 'subformat=fixed,force_size=on', raw, at('fixed.vhd')]);
    await oracleOutput(['zstd', '-q', '--rm', at('fixed.vhd')]);
    await oracleOutput(['zstd', '-q', raw, '-o', at('installed.img')]);
    await oracleOutput(['tar', '-C', folder, '-czf', at('image.tar.gz'), 'disk.raw']);
    await oracleOutput(['qemu-img', 'convert', '-f', 'raw', '-O', 'vmdk', raw, at('disk.vmdk')]);
    await oracleOutput(['tar', '-C', folder, '-cf', at('machine.ova'), 'disk.vmdk']);
    const formats = { 'packed.img': 'qcow2', 'fixed.vhd.zst': 'vpc', 'installed.img': 'raw', 'image.tar.gz': 'raw', 'machine.ova': 'vmdk', 'disk.raw': 'raw' };
    for (const [name, format] of Object.entries(formats)) {
      const scratch = await mkdtemp(join(folder, 'open-'));
      const before = await hashFile(at(name));
      const disk = await publishedDisk(at(name), scratch);
      assert.equal(disk.format, format, name);
      assert.match(await oracleOutput(['qemu-img', 'compare', '-f', disk.format, '-F', 'raw', disk.file, raw]), /Images are identical/, name);
      await overlayOf(disk, { file: join(scratch, 'overlay'), mebibytes: 16 });
      await oracleOutput(['qemu-io', '-f', 'qcow2', '-c', 'write 0 1M', join(scratch, 'overlay')]);
      assert.deepEqual(await hashFile(at(name)), before);
      await rm(scratch, { recursive: true });
    }
    await assert.rejects(publishedDisk(at('disk.iso'), folder), /no name of a disk image/);
  }));
