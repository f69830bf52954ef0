import type { CloudConfig } from '../config/schema.ts';
import { note } from '../runtime/kernel-log.ts';
import { must } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { type BlockDevice, findDevice } from './block-devices.ts';

const OEM = '/usr/share/ros/oem';

/** Mounts the disk with the vendor's configuration; returns whether there is one. */
export function mountOem(system: System, { rancher }: CloudConfig, devices: readonly BlockDevice[]): boolean {
  const device = findDevice(devices, rancher?.state?.oem_dev ?? 'LABEL=RANCHER_OEM');
  if (device === undefined) return false;
  must(system, ['mount', '--mkdir', '-o', 'ro', '-t', rancher?.state?.oem_fstype ?? 'auto', device.path, OEM]);
  note(system, `${device.path} is the OEM disk`);
  return true;
}

/**
 * Mounts the boot file system at /boot, read-only: FAT has no journal, so a writer remounts it for as long as it needs. A FAT label has eleven
 * characters, one fewer than RANCHER_BOOT.
 */
export function mountBoot(system: System, { rancher }: CloudConfig, devices: readonly BlockDevice[]): void {
  const wanted = rancher?.state?.boot_dev ?? 'LABEL=RANCHER_BOOT';
  const device =
    findDevice(devices, wanted) ??
    (wanted === 'LABEL=RANCHER_BOOT' ? findDevice(devices, 'LABEL=RANCHERBOOT') : undefined);
  if (device === undefined) return;
  const mounted = (system.readText('/proc/self/mounts') ?? '')
    .split('\n')
    .find((line) => line.startsWith(`${device.path} `));
  const place = mounted?.split(' ')[1];
  // The layers may lie on it, mounted since the very start.
  if (place !== undefined) must(system, ['mount', '--mkdir', '--bind', place, '/boot']);
  else
    must(system, ['mount', '--mkdir', '-o', 'ro', '-t', rancher?.state?.boot_fstype ?? 'auto', device.path, '/boot']);
}

/** Swaps to every device with the label RANCHER_SWAP. */
export function turnOnSwap(system: System, devices: readonly BlockDevice[]): void {
  const swaps = devices.filter(({ tags }) => tags['TYPE'] === 'swap' && tags['LABEL'] === 'RANCHER_SWAP');
  for (const { path } of swaps) must(system, ['swapon', path]);
}
