import type { Arch, Artifact } from '../core/step.ts';
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

const EFI_NAMES: { readonly [arch in Arch]: { readonly short: string; readonly boot: string; readonly grub: string } } =
  {
    amd64: { short: 'x64', boot: 'BOOTX64.EFI', grub: 'x86_64-efi-signed' },
    arm64: { short: 'aa64', boot: 'BOOTAA64.EFI', grub: 'arm64-efi-signed' },
  };

/**
 * EFI programs by their path on the boot partition, where a firmware without an entry for this disk looks: shim under the fallback
 * name starts the signed GRUB beside it, whose built-in prefix leads to `EFI/debian/grub.cfg` of the same partition.
 */
export function efiPrograms(context: BuildContext, arch: Arch): { readonly [path: string]: Artifact<'file'> } {
  const { short, boot, grub } = EFI_NAMES[arch];
  const file = (name: string, path: string) => fileOfPackage(context, { set: 'grub', arch, name, path });
  return {
    [`EFI/BOOT/${boot}`]: file('shim-signed', `usr/lib/shim/shim${short}.efi.signed`),
    [`EFI/BOOT/grub${short}.efi`]: file(`grub-efi-${arch}-signed`, `usr/lib/grub/${grub}/grub${short}.efi.signed`),
  };
}
