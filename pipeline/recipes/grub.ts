import type { Arch, Artifact } from '../core/step.ts';
import { concatenated } from './concat.ts';
import type { BuildContext } from './context.ts';
import { efiPrograms } from './efi-programs.ts';
import { biosGrubCore } from './grub-core.ts';
import { fileOfPackage } from './packages.ts';
import { toolStep } from './tool-step.ts';

/** GRUB for a BIOS, as an ISO wants it. */
export interface IsoBiosCode {
  /** For a BIOS that boots from CD. */
  readonly elTorito: Artifact<'file'>;
  /** Boot code of the first sector, for a BIOS that boots the ISO as a stick. */
  readonly hybridMbr: Artifact<'file'>;
}

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

/** Volume serial number of the ESP: FAT has one, and mformat would take it from the clock. */
const ESP_SERIAL = '12345678';

/** The boot loaders, the same for every ISO of an architecture. */
export function bootFiles(context: BuildContext, arch: Arch): BootFiles {
  return context.memo(`ISO boot files ${arch}`, () => ({
    bios: arch === 'amd64' ? biosCode(context) : undefined,
    // No MokManager: what these start is signed by Debian, so nobody has a key to enrol.
    esp: espImage(context, efiPrograms(context, arch, 'medium')),
  }));
}

function biosCode(context: BuildContext): IsoBiosCode {
  const file = (name: string, path: string) => fileOfPackage(context, { set: 'grub', arch: 'amd64', name, path });
  const core = biosGrubCore(context, {
    title: 'GRUB for BIOS',
    prefix: '/boot/grub',
    modules: CORE_MODULES,
    early: { from: 'repository', path: 'overlays/grub/iso-early.cfg' },
  });
  return {
    elTorito: concatenated(context, {
      title: 'GRUB for CD',
      parts: [file('grub-pc-bin', 'usr/lib/grub/i386-pc/cdboot.img'), core],
    }),
    hybridMbr: file('grub-pc-bin', 'usr/lib/grub/i386-pc/boot_hybrid.img'),
  };
}

/**
 * Where the signed GRUB looks for its own folder, `boot/grub`, before it searches for the medium (its `(memdisk)/grub.cfg`): it starts from
 * the EFI system partition, and tells each start of a folder that is not there, in which it wanted to look.
 */
const LOOKED_IN = 'boot';

/** A FAT image big enough for the two EFI programs, made by mtools: no loop device, no root. */
function espImage(context: BuildContext, files: { readonly [path: string]: Artifact }): Artifact<'fat'> {
  const paths = Object.keys(files).sort();
  const folders = [...new Set([LOOKED_IN, ...paths.flatMap(parentFolders)])].sort();
  return toolStep(context, {
    title: 'EFI system partition of the ISO',
    inputs: Object.fromEntries(paths.map((path) => [path, files[path] as Artifact])),
    output: { name: 'esp', kind: 'fat' },
    commands: [
      { argv: ['truncate', '-s', `${ESP_KIB}K`, '/out/esp'] },
      { argv: ['mformat', '-i', '/out/esp', '-N', ESP_SERIAL, '-v', 'RANCHEROS', '::'] },
      { argv: ['mmd', '-i', '/out/esp', ...folders.map((folder) => `::/${folder}`)] },
      ...paths.map((path) => ({ argv: ['mcopy', '-i', '/out/esp', `/in/${path}`, `::/${path}`] as const })),
    ],
  });
}

/** The signed programs have 3.4 MB; the rest is room for the next version of them. */
const ESP_KIB = 3840;

function parentFolders(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
