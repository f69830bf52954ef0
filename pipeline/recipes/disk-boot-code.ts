import type { Artifact } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { fileOfPackage, packageNamed } from './packages.ts';
import { toolStep } from './tool-step.ts';

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
    core: toolStep(context, {
      title: 'GRUB for BIOS on disks',
      inputs: { modules: packageNamed(context, 'grub', 'amd64', 'grub-pc-bin').data },
      output: { name: 'core', kind: 'file' },
      commands: [
        { argv: ['tar', '-xf', '/in/modules', '-C', '/work'] },
        {
          argv: [
            'grub-mkimage',
            '-O',
            'i386-pc',
            '-d',
            '/work/usr/lib/grub/i386-pc',
            // Partition 2 of the disk that it was started from.
            '-p',
            `(,gpt2)/${GRUB_FOLDER}`,
            '-o',
            '/out/core',
            ...CORE_MODULES,
          ],
        },
      ],
    }),
  }));
}
