import type { Arch, Artifact } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { fileOfPackage } from './packages.ts';

const NAMES: { readonly [arch in Arch]: { readonly short: string; readonly boot: string; readonly grub: string } } = {
  amd64: { short: 'x64', boot: 'BOOTX64.EFI', grub: 'x86_64-efi-signed' },
  arm64: { short: 'aa64', boot: 'BOOTAA64.EFI', grub: 'arm64-efi-signed' },
};

/** Debian signs two GRUBs: `grub` looks for its menu in `EFI/debian` of the partition it lies on, `gcd` in `/boot/grub` of the medium. */
const GRUBS = { disk: 'grub', medium: 'gcd' } as const;

/**
 * EFI programs by their path on the EFI system partition, where a firmware without an entry for this disk looks: shim under the
 * fallback name starts the signed GRUB beside it.
 */
export function efiPrograms(
  context: BuildContext,
  arch: Arch,
  place: keyof typeof GRUBS,
): { readonly [path: string]: Artifact<'file'> } {
  const { short, boot, grub } = NAMES[arch];
  const file = (name: string, path: string) => fileOfPackage(context, { set: 'grub', arch, name, path });
  return {
    [`EFI/BOOT/${boot}`]: file('shim-signed', `usr/lib/shim/shim${short}.efi.signed`),
    [`EFI/BOOT/grub${short}.efi`]: file(
      `grub-efi-${arch}-signed`,
      `usr/lib/grub/${grub}/${GRUBS[place]}${short}.efi.signed`,
    ),
  };
}
