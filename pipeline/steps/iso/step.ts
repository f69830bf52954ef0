import type { Artifact, InputRef } from '../../core/step.ts';
import { BUILD_EPOCH } from '../../graph/graph.ts';
import type { InputGroup } from '../kit/kind.ts';
import { type Tools, toolStep } from '../kit/tool.ts';

/** What an ISO is made of. */
export interface IsoSpec {
  /** Path of the release file, for whoever watches. */
  readonly title: string;
  /** Volume id; `/init` and GRUB look for it. */
  readonly volumeId: string;
  /** By path on the medium. */
  readonly files: InputGroup;
  /** EFI system partition. */
  readonly esp: Artifact<'fat'>;
  /** Only where the architecture has a BIOS. */
  readonly bios: IsoBiosCode | undefined;
}

/** GRUB for a BIOS, as an ISO wants it. */
export interface IsoBiosCode {
  /** For a BIOS that boots from CD. */
  readonly elTorito: Artifact<'file'>;
  /** Boot code of the first sector, for a BIOS that boots the ISO as a stick. */
  readonly hybridMbr: Artifact<'file'>;
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
export function hybridIso(tools: Tools, { title, volumeId, esp, bios, ...spec }: IsoSpec): Artifact<'iso'> {
  const medium: { readonly [path: string]: InputRef } = {
    ...spec.files,
    ...(bios ? { [BIOS_IMAGE]: bios.elTorito } : {}),
  };
  return toolStep(tools, {
    kind: 'iso',
    title,
    inputs: { 'hybrid-mbr': bios?.hybridMbr, esp, medium },
    output: { name: 'iso', kind: 'iso' },
    commands: ({ input, output }) => [
      {
        argv: [
          'xorriso',
          // No configuration of a machine or a user.
          '-no_rc',
          '-as',
          'mkisofs',
          '-quiet',
          '-o',
          output,
          '-V',
          volumeId,
          // Rock Ridge names with every owner root; Joliet for whoever looks at the stick on Windows.
          '-r',
          '-J',
          '-joliet-long',
          ...(bios ? ['--grub2-mbr', input('hybrid-mbr')] : []),
          '-partition_offset',
          '16',
          ...(bios ? ['--mbr-force-bootable'] : []),
          '-append_partition',
          '2',
          '0xef',
          input('esp'),
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
          ...Object.keys(medium)
            .sort()
            .map((path) => `/${path}=${input(`medium/${path}`)}`),
        ],
      },
    ],
  });
}
