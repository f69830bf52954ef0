import { readFileSync, writeFileSync } from 'node:fs';
import type { Json } from '../../pipeline/core/json.ts';
import type { Writer } from '../../pipeline/core/writer.ts';
import { MIB } from '../../pipeline/formats/sector.ts';
import { write as disk } from '../../pipeline/steps/disk/write.ts';
import { write as gceTar } from '../../pipeline/steps/gce-tar/write.ts';
import { write as ova } from '../../pipeline/steps/ova/write.ts';
import { write as vhd } from '../../pipeline/steps/vhd/write.ts';
import { write as vhdx } from '../../pipeline/steps/vhdx/write.ts';
import { write as vmdk } from '../../pipeline/steps/vmdk/write.ts';
import { spliced } from '../rig/spliced.ts';
import { oracleOutput } from '../rig/tools.ts';
import { sampleBiosCode, samplePlan } from '../unit/formats/sample-disk.ts';
import { EPOCH, scratch } from '../unit/trees/sample.ts';
import { write as streamed } from './streamed-vmdk.ts';

/** One disk with real file systems, in every container. */
export interface FormatSamples {
  readonly raw: Buffer;
  readonly fat: Buffer;
  readonly ext4: Buffer;
  readonly vhd: Buffer;
  readonly vhdx: Buffer;
  /** So large that its table has places for bitmaps. */
  readonly vhdxLarge: Buffer;
  readonly vmdk: Buffer;
  readonly vmdkStream: Buffer;
  readonly ova: Buffer;
  readonly qcow2: Buffer;
  /** Not yet packed by gzip. */
  readonly gceTar: Buffer;
}

const BOOT_MIB = 36;
const STATE_MIB = 8;
/** First sector of the boot partition, behind the table and the BIOS boot partition. */
export const BOOT_SECTOR = 4096;

/** The inputs of a writer of disks, with real file systems. */
async function sampleParts() {
  const plan = samplePlan('formats', { bootBytes: BOOT_MIB * MIB, stateBytes: STATE_MIB * MIB });
  const { boot: code, core } = sampleBiosCode();
  const [boot, state, program] = [scratch(), scratch(), scratch()];
  writeFileSync(program, 'MZ and a program');
  await oracleOutput(['mkfs.vfat', '-C', '-F', '32', '-s', '1', '-h', String(BOOT_SECTOR), '-i', 'deadbeef', boot, String(BOOT_MIB * 1024)]);
  await oracleOutput(['mmd', '-i', boot, '::EFI', '::EFI/BOOT']);
  await oracleOutput(['mcopy', '-i', boot, program, '::EFI/BOOT/BOOTX64.EFI']);
  await oracleOutput(['mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', '-L', 'RANCHER_STATE', '-E', 'hash_seed=11111111-2222-4333-8444-555555555555', state, `${STATE_MIB}M`]);
  const parts = { plan: input(JSON.stringify(plan)), boot, state, 'bios/boot.img': input(code), 'bios/core.img': input(core) };
  return parts;
}

/** A file with the sample's disk as a writer makes it as its output `disk`. */
export async function sampleIn(writer: Writer, options: Json): Promise<string> {
  return run(writer, await sampleParts(), 'disk', options);
}

export async function formatSamples(): Promise<FormatSamples> {
  const parts = await sampleParts();
  const made = (writer: Writer, output: string, options: Json = {}) => run(writer, parts, output, options);
  const raw = await made(disk, 'disk');
  const stream = await made(streamed, 'disk');
  const packed = scratch();
  await oracleOutput(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', '-c', '-o', 'compat=0.10', '-m', '1', raw, packed]);
  return {
    raw: readFileSync(raw),
    fat: readFileSync(parts.boot),
    ext4: readFileSync(parts.state),
    vhd: readFileSync(await made(vhd, 'disk')),
    vhdx: readFileSync(await made(vhdx, 'disk')),
    vhdxLarge: readFileSync(await made(vhdx, 'disk', { sizeMiB: 8192 })),
    vmdk: readFileSync(await made(vmdk, 'disk', { extent: 'a.vmdk' })),
    vmdkStream: readFileSync(stream),
    ova: readFileSync(await made(ova, 'ova', { name: 'sample', version: 'v1.2.3' })),
    qcow2: readFileSync(packed),
    gceTar: readFileSync(await spliced(await made(gceTar, 'pieces', { sizeMiB: 1024 }), parts, scratch())),
  };
}

function input(bytes: Uint8Array | string): string {
  const place = scratch();
  writeFileSync(place, bytes);
  return place;
}

async function run(writer: Writer, inputs: { readonly [name: string]: string }, output: string, options: Json): Promise<string> {
  const place = scratch();
  await writer({ inputs, outputs: { [output]: place }, options, epoch: EPOCH });
  return place;
}
