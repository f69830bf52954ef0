import path from 'node:path';
import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { validateZstd } from './compressed.ts';
import { validateDeviceTree } from './device-tree.ts';
import { validateDisk } from './disk.ts';
import { validateGceTar } from './gce-tar.ts';
import { validateInitrd } from './initrd.ts';
import { validateIpxe } from './ipxe.ts';
import { validateIso } from './iso.ts';
import { validateAwsImage } from './json-text.ts';
import { validateArm64Image, validateBzImage } from './linux-kernel.ts';
import { validateOva } from './ova.ts';
import { validateQcow2 } from './qcow2.ts';
import { validateImageArchive, validateRootfs } from './tar-gz.ts';
import { validateVhd } from './vhd.ts';
import { validateVhdx } from './vhdx.ts';
import { validateVmdk } from './vmdk.ts';
import { validateZip } from './zip.ts';

type Check = (
  source: RandomAccess,
  releasePath: string,
  version: string,
) => readonly FieldProblem[] | Promise<readonly FieldProblem[]>;

const isArm = (releasePath: string): boolean => releasePath.startsWith('arm64/');

/** By the end of a release file's name; the first that fits. */
const CHECKS: readonly (readonly [name: RegExp, check: Check])[] = [
  [/\.iso$/, (source, releasePath) => validateIso(source, { hasBios: !isArm(releasePath) })],
  [/^vmlinuz$/, (source, releasePath) => (isArm(releasePath) ? validateArm64Image(source) : validateBzImage(source))],
  [/^initrd$/, validateInitrd],
  [/-gce\.tar\.gz$/, validateGceTar],
  [/^rootfs[\w]*\.tar\.gz$/, (source, _, version) => validateRootfs(source, version)],
  [/^console-[a-z]+\.tar\.gz$/, validateImageArchive],
  [/\.(vhd|raw)\.zst$/, validateZstd],
  // The name is that of RancherOS 1; the raw disk in it is packed.
  [/^rancheros\.img$/, validateZstd],
  [/\.(img|qcow2)$/, validateQcow2],
  [/\.vhdx$/, validateVhdx],
  [/\.vhd$/, validateVhd],
  [/\.vmdk$/, (source) => validateVmdk(source, 'monolithicSparse')],
  [/\.ova$/, validateOva],
  [/\.zip$/, validateZip],
  [/\.dtb$/, validateDeviceTree],
  [/^aws-image\.json$/, (source, _, version) => validateAwsImage(source, version)],
  [/\.ipxe$/, (source, _, version) => validateIpxe(source, version)],
];

/** What reads the disk in a file that zstd has packed; undefined for all others. */
export function packedDisk(
  releasePath: string,
): ((source: RandomAccess) => readonly FieldProblem[] | Promise<readonly FieldProblem[]>) | undefined {
  const name = path.posix.basename(releasePath);
  if (/\.vhd\.zst$/.test(name)) return validateVhd;
  return /\.raw\.zst$|^rancheros\.img$/.test(name) ? validateDisk : undefined;
}

/** What is wrong with the bytes of a release file, by the format that its path promises; undefined for a format that nobody can read here. */
export async function validateReleaseFile(
  source: RandomAccess,
  releasePath: string,
  version: string,
): Promise<readonly FieldProblem[] | undefined> {
  return readerOf(releasePath)?.(source, releasePath, version);
}

/** Whether somebody can say if a file of this path is sound. */
export function hasReader(releasePath: string): boolean {
  return readerOf(releasePath) !== undefined;
}

function readerOf(releasePath: string): Check | undefined {
  const name = path.posix.basename(releasePath);
  return CHECKS.find(([pattern]) => pattern.test(name))?.[1];
}
