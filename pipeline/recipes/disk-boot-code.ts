import type { Artifact } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { biosGrubCore } from './grub-core.ts';
import { fileOfPackage } from './packages.ts';

/** GRUB for a BIOS, in the two pieces that lie outside of every file system. */
export interface BiosBootCode {
  readonly boot: Artifact<'file'>;
  readonly core: Artifact<'file'>;
}

/** Modules inside the BIOS core image: what finds and reads the boot partition, and what its menu says. Nothing is loaded from disk. */
const CORE_MODULES = [
  'biosdisk',
  'part_gpt',
  'fat',
  'normal',
  'configfile',
  'linux',
  'loadenv',
  'probe',
  'serial',
  'terminal',
  'echo',
  'test',
  'minicmd',
  'ls',
  'cat',
  'reboot',
  'halt',
];

/** The folder that Debian's signed GRUB looks in for its menu; GRUB for BIOS is told to look there too. */
export const GRUB_FOLDER = 'EFI/debian';

/** Boot code of installed disks with a BIOS. */
export function biosBootCode(context: BuildContext): BiosBootCode {
  return context.memo('disk boot code for BIOS', () => ({
    boot: fileOfPackage(context, {
      set: 'grub',
      arch: 'amd64',
      name: 'grub-pc-bin',
      path: 'usr/lib/grub/i386-pc/boot.img',
    }),
    core: biosGrubCore(context, {
      title: 'GRUB for BIOS on disks',
      // Partition 2 of the disk that it was started from.
      prefix: `(,gpt2)/${GRUB_FOLDER}`,
      modules: CORE_MODULES,
    }),
  }));
}
