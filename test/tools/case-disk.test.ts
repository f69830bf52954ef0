import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeConfigMedium, makeDisk } from '../rig/case-disk.ts';
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
