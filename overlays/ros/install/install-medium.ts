import { type InstallParts, parseInstallParts } from '../../../pipeline/formats/install-parts.ts';
import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

/** Places of everything that an installation writes. */
export interface InstallMedium {
  readonly parts: InstallParts;
  /** Holds the medium's own files, `boot/…` and `rancheros/…`. */
  readonly folder: string;
  /** Holds `rest`, `boot.img` and `core.img`. */
  readonly partsFolder: string;
}

/** `/init` mounts the medium, or copies it to memory (rancher.toram). */
const FOLDERS = ['/run/rancher/ram', '/run/rancher/medium'] as const;
const PARTS = '/run/ros/install';

/** Finds the medium that this machine was started from, if a disk can be installed from it. */
export function openMedium(system: System): InstallMedium {
  const exists = (path: string) => run(system, ['test', '-f', path]).status === 0;
  const folder = FOLDERS.find((each) => exists(`${each}/rancheros/install.squashfs`));
  if (folder === undefined) {
    const why = FOLDERS.some((each) => exists(`${each}/EFI/debian/grub.cfg`))
      ? 'this system runs from an installed disk, which does not carry what an installation needs'
      : 'this system was started over the network, which brings neither kernel nor boot loader in a form that goes onto a disk';
    throw new Failure(`${why}; start the machine from the ISO, as CD or USB stick, and install from there`);
  }
  must(system, ['mkdir', '-p', PARTS]);
  if (run(system, ['mountpoint', '-q', PARTS]).status !== 0)
    must(system, [
      'mount',
      '-t',
      'squashfs',
      '-o',
      'loop,ro,nodev,nosuid,noexec',
      `${folder}/rancheros/install.squashfs`,
      PARTS,
    ]);
  return { folder, partsFolder: PARTS, parts: readParts(system, `${PARTS}/install.json`) };
}

/** Unmounts everything. */
export function closeMedium(system: System): void {
  run(system, ['umount', PARTS], { withErrors: true });
}

export function readParts(system: System, path: string): InstallParts {
  try {
    return parseInstallParts(JSON.parse(system.readText(path) ?? ''), path);
  } catch (error) {
    throw new Failure(`${path} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}
