import type { Arch, Artifact, InputRef } from '../core/step.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import type { BuildContext } from './context.ts';
import { bootFiles } from './grub.ts';
import { toolStep } from './tool-step.ts';

/** What an ISO carries besides its boot loaders, by path on the medium. */
export interface IsoContents {
  /** Default: amd64. */
  readonly arch?: Arch;
  /** Volume id; `/init` and GRUB look for it. */
  readonly volumeId: string;
  readonly files: { readonly [path: string]: InputRef };
}

const BIOS_IMAGE = 'boot/grub/eltorito.img';

/** El Torito's entry for a BIOS, before that for UEFI. */
const BIOS_ENTRY = [
  '-b',
  `/${BIOS_IMAGE}`,
  '-no-emul-boot',
  '-boot-load-size',
  '4',
  '-boot-info-table',
  '--grub2-boot-info',
  '-eltorito-alt-boot',
];

/**
 * A hybrid ISO: El Torito entries for UEFI and, where the architecture has one, BIOS, the MBR of a USB stick, and a GPT whose second
 * partition is the ESP (GRUB 2 layout of the Talos and Debian images).
 */
export function hybridIso(context: BuildContext, name: string, contents: IsoContents): Artifact<'iso'> {
  const { bios, esp } = bootFiles(context, contents.arch ?? 'amd64');
  const files: { readonly [path: string]: InputRef } = {
    ...contents.files,
    ...(bios ? { [BIOS_IMAGE]: bios.elTorito } : {}),
  };
  const paths = Object.keys(files).sort();
  const inputs: { [name: string]: InputRef } = { ...(bios ? { 'hybrid-mbr': bios.hybridMbr } : {}), esp };
  for (const path of paths) inputs[`medium/${path}`] = files[path] as InputRef;
  return toolStep(context, {
    title: name,
    inputs,
    output: { name: 'iso', kind: 'iso' },
    commands: [
      {
        argv: [
          'xorriso',
          // No configuration of a machine or a user.
          '-no_rc',
          '-as',
          'mkisofs',
          '-quiet',
          '-o',
          '/out/iso',
          '-V',
          contents.volumeId,
          // Rock Ridge names with every owner root; Joliet for whoever looks at the stick on Windows.
          '-r',
          '-J',
          '-joliet-long',
          ...(bios ? ['--grub2-mbr', '/in/hybrid-mbr'] : []),
          '-partition_offset',
          '16',
          ...(bios ? ['--mbr-force-bootable'] : []),
          '-append_partition',
          '2',
          '0xef',
          '/in/esp',
          '-appended_part_as_gpt',
          '-c',
          '/boot/grub/boot.cat',
          ...(bios ? BIOS_ENTRY : []),
          '-e',
          '--interval:appended_partition_2:all::',
          '-no-emul-boot',
          // Folders have no source to take their times from, and would have the time of the build.
          '--set_all_file_dates',
          `=${BUILD_EPOCH}`,
          '-graft-points',
          ...paths.map((path) => `/${path}=/in/medium/${path}`),
        ],
      },
    ],
  });
}
