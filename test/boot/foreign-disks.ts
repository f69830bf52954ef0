import { crc32 } from '../../pipeline/formats/crc32.ts';
import type { DiskContent } from '../rig/boot-case.ts';
import { oracleOutput } from '../rig/tools.ts';

// Signatures of disks that are somebody's, as small as blkid knows them.

/** A physical volume of LVM: its label in the second sector, with LVM's own CRC. */
export const LVM: DiskContent = { type: 'bytes', parts: [{ offset: 512, bytes: lvmLabel() }] };

/** A member of a software RAID of version 1.2: superblock at 4 KiB. */
export const RAID: DiskContent = { type: 'bytes', parts: [{ offset: 4096, bytes: raidSuperblock() }] };

/** An encrypted volume, LUKS 1. */
export const LUKS: DiskContent = { type: 'bytes', parts: [{ offset: 0, bytes: Buffer.from('LUKS\xba\xbe\x00\x01aes', 'latin1') }] };

/** A GUID partition table without partitions. */
export const BARE_GPT: DiskContent = {
  type: 'made',
  by: async (file) => {
    await oracleOutput(['sfdisk', '-q', file], { stdin: Buffer.from('label: gpt\n') });
  },
};

/** A disk as an image leaves it that was written to a larger one: the state partition ends long before the disk does. */
export function shippedDisk(partitionMebibytes: number): DiskContent {
  return {
    type: 'made',
    by: async (file) => {
      const table = `label: gpt\nfirst-lba: 2048\nstart=2048, size=${partitionMebibytes * 2048}, name=RANCHER_STATE\n`;
      await oracleOutput(['sfdisk', '-q', file], { stdin: Buffer.from(table) });
      await oracleOutput(['mke2fs', '-q', '-F', '-t', 'ext4', '-L', 'RANCHER_STATE', '-E', `offset=${2 ** 20},root_owner=0:0`, file, `${partitionMebibytes}M`]);
    },
  };
}

/** How docker-machine prepares a disk: a tar that begins with the magic words and brings SSH keys. */
export function dockerMachines(authorizedKey: string): DiskContent {
  return {
    type: 'bytes',
    parts: [{ offset: 0, bytes: Buffer.concat([tarEntry('boot2docker, please format-me', ''), tarEntry('.ssh/authorized_keys', `${authorizedKey}\n`), Buffer.alloc(1024)]) }],
  };
}

function lvmLabel(): Buffer {
  const label = Buffer.alloc(512);
  label.write('LABELONE', 0, 'latin1');
  label.writeBigUInt64LE(1n, 8);
  label.writeUInt32LE(32, 20);
  label.write('LVM2 001', 24, 'latin1');
  label.write('0123456789abcdef0123456789abcdef', 32, 'latin1');
  const seed = ~0xf597_a6cf >>> 0;
  label.writeUInt32LE(~crc32(label.subarray(20), seed) >>> 0, 16);
  return label;
}

function raidSuperblock(): Buffer {
  const block = Buffer.alloc(256);
  block.writeUInt32LE(0xa92b_4efc, 0);
  block.writeUInt32LE(1, 4);
  block.write('an array of somebody', 32, 'latin1');
  block.writeBigUInt64LE(8n, 144);
  let sum = 0n;
  for (let at = 0; at < block.length; at += 4) sum += BigInt(block.readUInt32LE(at));
  block.writeUInt32LE(Number((sum & 0xffff_ffffn) + (sum >> 32n)), 216);
  return block;
}

function tarEntry(name: string, text: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 'latin1');
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  const sum = header.reduce((so, byte) => so + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
  body.write(text, 'latin1');
  return Buffer.concat([header, body]);
}
