import type { Artifact } from '../core/step.ts';
import { grubCore } from '../steps/grub-core/step.ts';
import type { BuildContext } from './context.ts';
import { memoized } from './memoized.ts';
import { fileOfPackage, packageNamed } from './packages.ts';
import { toolsOf } from './tool-image.ts';

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
export const biosBootCode = memoized((context: BuildContext): BiosBootCode => {
  const { name, data } = packageNamed(context, 'grub', 'amd64', 'grub-pc-bin');
  return {
    boot: fileOfPackage(context, { set: 'grub', arch: 'amd64', name, path: 'usr/lib/grub/i386-pc/boot.img' }),
    core: grubCore(toolsOf(context), {
      title: 'GRUB for BIOS on disks',
      package: data,
      // Partition 2 of the disk that it was started from.
      prefix: `(,gpt2)/${GRUB_FOLDER}`,
      modules: CORE_MODULES,
    }),
  };
});
