import { sectorsToEnd } from '../../../pipeline/formats/mbr-grow.ts';
import { SECTOR } from '../../../pipeline/formats/sector.ts';
import { note } from '../runtime/kernel-log.ts';
import { must, run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { type BlockDevice, blockDevices } from './block-devices.ts';

const MIB = 2 ** 20;
/** Less free space than that after a partition or a file system is not used. */
const WORTH = 16 * MIB;

/**
 * Grows a partition to the end of its disk where there is room after it. sfdisk writes a GPT's backup table first, so after a power cut one table is
 * whole; an MBR is one sector. The partition may be mounted.
 */
export function growPartition(system: System, device: BlockDevice, all: readonly BlockDevice[]): BlockDevice {
  const disk = all.find(({ path }) => path === device.disk);
  if (device.number === 0 || disk === undefined) return device;
  const end = device.start + device.bytes;
  const isLast = all.every((other) => other.disk !== device.disk || other.number === 0 || other.start <= device.start);
  const isMbr = disk.tags['PTTYPE'] === 'dos';
  const size = isMbr ? sectorsToEnd(device.start / SECTOR, Math.floor(disk.bytes / SECTOR)) : undefined;
  const room = size === undefined ? disk.bytes - end : size * SECTOR - device.bytes;
  // A logical partition is inside another one, which would have to grow first.
  if (!isLast || room < WORTH || (isMbr && device.number > 4)) return device;
  must(system, ['sfdisk', '--no-reread', '--no-tell-kernel', '--force', '-q', '-N', String(device.number), disk.path], {
    stdin: `, ${size ?? '+'}\n`,
  });
  must(system, ['partx', '--update', '--nr', String(device.number), disk.path]);
  const grown = blockDevices(system).find(({ path }) => path === device.path) ?? device;
  note(system, `${device.path} grew from ${Math.round(device.bytes / MIB)} to ${Math.round(grown.bytes / MIB)} MiB`);
  return grown;
}

/** Grows a mounted ext4 to the end of its device, online; where it fills it already, nothing happens. */
export function growFileSystem(system: System, device: BlockDevice, blocks: number): void {
  const size = blocks * Number(device.tags['BLOCK_SIZE'] ?? device.tags['FSBLOCKSIZE'] ?? '4096');
  if (device.bytes - size < WORTH) return;
  must(system, ['resize2fs', device.path]);
  note(system, `the file system on ${device.path} now has ${Math.round(device.bytes / MIB)} MiB`);
}

/** `rancher.resize_device`: the last partition of that disk, and the ext4 in it, take all of the disk. */
export function resizeDevice(system: System, name: string, stateDevice: string | undefined): void {
  const all = blockDevices(system);
  const parts = all.filter(({ disk, number }) => disk === name && number > 0);
  const last = parts.reduce<BlockDevice | undefined>(
    (so, part) => (so && so.start > part.start ? so : part),
    undefined,
  );
  if (last === undefined || last.path === stateDevice) return;
  const grown = growPartition(system, last, all);
  if (grown.tags['TYPE'] !== 'ext4' || grown.bytes === last.bytes) return;
  // Unmounted, because resize2fs needs it checked.
  run(system, ['e2fsck', '-f', '-p', grown.path]);
  must(system, ['resize2fs', grown.path]);
}
