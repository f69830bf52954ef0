import type { Arch, Artifact } from '../core/step.ts';
import { concatenated } from '../steps/concat/step.ts';
import { espImage } from '../steps/fat/step.ts';
import { grubCore } from '../steps/grub-core/step.ts';
import type { IsoBiosCode } from '../steps/iso/step.ts';
import type { BuildContext } from './context.ts';
import { efiPrograms } from './efi-programs.ts';
import { memoized } from './memoized.ts';
import { fileOfPackage, packageNamed } from './packages.ts';
import { toolsOf } from './tool-image.ts';

/** Boot loaders of an ISO. */
export interface BootFiles {
  /** Only where the architecture has a BIOS. */
  readonly bios: IsoBiosCode | undefined;
  /** EFI system partition: shim → signed GRUB. */
  readonly esp: Artifact<'fat'>;
}

/** Modules inside the BIOS core image: what it takes to find the medium and start a kernel; nothing is loaded from disk. */
const CORE_MODULES = [
  'biosdisk',
  'iso9660',
  'part_gpt',
  'part_msdos',
  'fat',
  'ext2',
  'search',
  'search_label',
  'linux',
  'normal',
  'configfile',
  'serial',
  'terminal',
  'echo',
  'test',
  'minicmd',
  'reboot',
  'halt',
  'sleep',
];

/**
 * Where the signed GRUB looks for its own folder, `boot/grub`, before it searches for the medium (its `(memdisk)/grub.cfg`): it starts from
 * the EFI system partition, and tells each start of a folder that is not there, in which it wanted to look.
 */
const LOOKED_IN = 'boot';

/** The boot loaders, the same for every ISO of an architecture. */
export const bootFiles = memoized(
  (context: BuildContext, arch: Arch): BootFiles => ({
    bios: arch === 'amd64' ? biosCode(context) : undefined,
    esp: espImage(toolsOf(context), {
      title: 'EFI system partition of the ISO',
      // No MokManager: what these start is signed by Debian, so nobody has a key to enrol.
      files: efiPrograms(context, arch, 'medium'),
      folders: [LOOKED_IN],
    }),
  }),
);

function biosCode(context: BuildContext): IsoBiosCode {
  const file = (name: string, path: string) => fileOfPackage(context, { set: 'grub', arch: 'amd64', name, path });
  const core = grubCore(toolsOf(context), {
    title: 'GRUB for BIOS',
    package: packageNamed(context, 'grub', 'amd64', 'grub-pc-bin').data,
    prefix: '/boot/grub',
    modules: CORE_MODULES,
    early: { from: 'repository', path: 'overlays/grub/iso-early.cfg' },
  });
  return {
    elTorito: concatenated(context.graph, {
      title: 'GRUB for CD',
      kind: 'file',
      parts: [file('grub-pc-bin', 'usr/lib/grub/i386-pc/cdboot.img'), core],
    }),
    hybridMbr: file('grub-pc-bin', 'usr/lib/grub/i386-pc/boot_hybrid.img'),
  };
}
