import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DiskFormat } from '../../pipeline/emulator/machine.ts';
import { oracleOutput } from './tools.ts';

/** A disk image of the release as a machine can read it. Nothing may write to it. */
export interface PublishedDisk {
  /** The published file itself, or what was unpacked from it. */
  readonly file: string;
  readonly format: DiskFormat;
}

/** What a suffix says; `.img` says nothing. Never QEMU's guess: it takes a fixed VHD for a raw disk with a sector too many. */
const FORMAT_OF: { readonly [suffix: string]: DiskFormat } = { qcow2: 'qcow2', raw: 'raw', vhd: 'vpc', vhdx: 'vhdx', vmdk: 'vmdk' };

const QCOW2_MAGIC = 0x5146_49fb;
const ZSTD_MAGIC = 0x28b5_2ffd;

/** Opens a published disk image by its name, and unpacks `.zst`, `.tar.gz` and `.ova` to sparse files below `folder`. */
export async function publishedDisk(file: string, folder: string): Promise<PublishedDisk> {
  const name = basename(file);
  if (name.endsWith('.tar.gz')) {
    const raw = join(folder, 'disk.raw');
    await unpack(`tar -xzOf "$0" disk.raw | dd of="$1" bs=1M iflag=fullblock conv=sparse status=none`, file, raw);
    return { file: raw, format: 'raw' };
  }
  if (name.endsWith('.ova')) {
    const vmdk = join(folder, 'from-ova.vmdk');
    await unpack(`tar -xOf "$0" --wildcards '*.vmdk' >"$1"`, file, vmdk);
    return { file: vmdk, format: 'vmdk' };
  }
  const isImage = name.endsWith('.img');
  const magic = isImage ? await magicOf(file) : undefined;
  if (name.endsWith('.zst') || magic === ZSTD_MAGIC) {
    const inside = join(folder, name.endsWith('.zst') ? name.slice(0, -'.zst'.length) : `${name}.raw`);
    await oracleOutput(['zstd', '-d', '-q', '--sparse', '--long=27', '-o', inside, file]);
    return publishedDisk(inside, folder);
  }
  if (isImage) return { file, format: magic === QCOW2_MAGIC ? 'qcow2' : 'raw' };
  const format = FORMAT_OF[name.slice(name.lastIndexOf('.') + 1)];
  if (format === undefined) throw new Error(`${name} has no name of a disk image`);
  return { file, format };
}

/**
 * A qcow2 file over a published disk that takes what the machine writes. `mebibytes`: the disk that the machine sees, which may be larger
 * than the image: a cloud's is.
 */
export async function overlayOf(disk: PublishedDisk, overlay: { readonly file: string; readonly mebibytes: number }): Promise<void> {
  await oracleOutput(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', disk.file, '-F', disk.format, overlay.file, `${overlay.mebibytes}M`]);
}

async function unpack(script: string, from: string, to: string): Promise<void> {
  // tar, gzip and dd are the host's: a second reader of what our tools have written.
  await oracleOutput(['bash', '-c', `set -o pipefail; ${script}`, from, to]);
}

async function magicOf(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(4);
    await handle.read(bytes, 0, 4, 0);
    return bytes.readUInt32BE(0);
  } finally {
    await handle.close();
  }
}
