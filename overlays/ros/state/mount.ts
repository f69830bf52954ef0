import { note } from '../runtime/kernel-log.ts';
import { must, run } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type System } from '../runtime/system.ts';
import type { BlockDevice } from './block-devices.ts';
import { growFileSystem, growPartition } from './grow.ts';

/** Mount point of the state file system. */
export const STATE = '/run/rancher/state';

const NOT_HERE: Readonly<Record<string, string>> = {
  LVM2_member: 'a part of LVM: name the volume on it, and set rancher.state.lvm_scan',
  linux_raid_member: 'a member of a software RAID: name what lies on the array, and set rancher.state.mdadm_scan',
  crypto_LUKS:
    'an encrypted volume (LUKS), and this release has no cryptsetup: give a disk with a file system of its own',
};

/**
 * Docker writes an image's files without syncing them and then syncs its list of layers: with ext4's delayed allocation, a power cut after `docker
 * pull` leaves a layer that counts as complete with empty files. Without delayed allocation, the kernel writes earlier data into the same or an
 * earlier transaction (data=ordered, the default).
 */
const IN_ORDER: Readonly<Record<string, readonly string[]>> = { ext4: ['-o', 'nodelalloc'] };

/**
 * Grows the device where there is room, repairs it after a power cut, and mounts it at `STATE`. Fails with a sentence where that needs a decision of
 * the user.
 */
export function mountState(
  system: System,
  found: BlockDevice,
  { fstype, devices }: { readonly fstype: string; readonly devices: readonly BlockDevice[] },
): void {
  const foreign = NOT_HERE[found.tags['TYPE'] ?? ''];
  if (foreign !== undefined) throw new Failure(`${found.path} is ${foreign}`);
  const device = grownIfPossible(system, found, devices);
  const type = fstype === 'auto' ? (found.tags['TYPE'] ?? 'auto') : fstype;
  const blocks = type.startsWith('ext') ? checkedBlocks(system, device) : 0;
  must(system, ['mount', '--mkdir', '-t', type, ...(IN_ORDER[type] ?? []), device.path, STATE]);
  if (blocks === 0) return;
  try {
    growFileSystem(system, device, blocks);
  } catch (error) {
    note(system, `the file system on ${device.path} could not grow: ${sentenceOf(error)}`);
  }
}

function grownIfPossible(system: System, device: BlockDevice, devices: readonly BlockDevice[]): BlockDevice {
  try {
    return growPartition(system, device, devices);
  } catch (error) {
    note(system, `${device.path} could not grow: ${sentenceOf(error)}`);
    return device;
  }
}

/** The number of blocks of an ext file system, after the journal was replayed and small damage repaired. */
function checkedBlocks(system: System, device: BlockDevice): number {
  const { status, stdout } = run(system, ['e2fsck', '-p', device.path], { withErrors: true });
  if (status >= 4) {
    const words = stdout.trim().split('\n').slice(-2).join(' · ');
    throw new Failure(
      `${device.path} is damaged, and repairing it could lose files: ${words}. Start with rancher.recovery=true and type: e2fsck -y ${device.path}`,
    );
  }
  if (status > 0) note(system, `${device.path} was repaired`);
  return Number(/(\d+) blocks\s*$/.exec(stdout)?.[1]?.trim() ?? /\/(\d+) blocks/.exec(stdout)?.[1] ?? 0);
}
