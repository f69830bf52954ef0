import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { type BlockDevice, contentOf, findDevices } from './block-devices.ts';

/** Where /init wrote down which device it found the layers on; also a partition's. */
const MEDIUM = '/run/rancher/medium-device';

/**
 * The device that a configuration means. Two disks that were written from one image have the same labels: the one on the disk that this system was
 * started from is chosen, and the others are reported.
 */
export function chooseDevice(system: System, devices: readonly BlockDevice[], wanted: string): BlockDevice | undefined {
  const found = findDevices(devices, wanted);
  if (found.length === 0) return byLink(system, devices, wanted);
  const [first] = found;
  if (found.length === 1) return first;
  const ours = devices.find(({ path }) => path === system.readText(MEDIUM)?.trim())?.disk;
  const chosen = found.find(({ disk }) => disk === ours) ?? first;
  const others = found.filter((device) => device !== chosen).map((device) => `${device.path} (${contentOf(device)})`);
  const why =
    chosen?.disk === ours ? `, which is on the disk that this system was started from` : ', which was seen first';
  alarm(
    system,
    `${wanted} is not the name of one device: ${chosen?.path} is taken${why}; ${others.join(', ')} is left alone`,
  );
  return chosen;
}

/** A path that is a link, such as /dev/md/NAME. */
function byLink(system: System, devices: readonly BlockDevice[], wanted: string): BlockDevice | undefined {
  if (!wanted.startsWith('/dev/') || wanted.startsWith('/dev/disk/')) return undefined;
  const path = run(system, ['readlink', '-f', wanted]).stdout.trim();
  return path === wanted ? undefined : devices.find((device) => device.path === path || device.kernelPath === path);
}

/** Messages about file systems of the same kind with the same identity, which should be unique. */
export function twins(devices: readonly BlockDevice[]): string[] {
  const byId = new Map<string, BlockDevice[]>();
  for (const device of devices) {
    const { UUID, TYPE } = device.tags;
    // Members of an array share one by design, and a file system on an array is visible on each of its halves.
    if (UUID === undefined || TYPE === undefined || /_member$/.test(TYPE)) continue;
    byId.set(UUID, [...(byId.get(UUID) ?? []), device]);
  }
  // A hybrid ISO is one file system that its disk and a partition of it both show.
  return [...byId].flatMap(([id, found]) =>
    new Set(found.map(({ disk }) => disk)).size < 2
      ? []
      : [
          `${found.map(({ path }) => path).join(' and ')} have the same UUID ${id}: one is a copy of the other, and whoever names it by that may get either`,
        ],
  );
}
