import type { Artifact, InputRef } from '../core/step.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import type { BuildContext } from './context.ts';
import { bootFiles } from './grub.ts';
import { toolStep } from './tool-step.ts';

/** What an ISO carries besides its boot loaders, by path on the medium. */
export interface IsoContents {
  /** Volume id; `/init` and GRUB look for it. */
  readonly volumeId: string;
  readonly files: { readonly [path: string]: InputRef };
}

/**
 * A hybrid ISO: El Torito entries for BIOS and UEFI, the MBR of a USB stick, and a GPT whose second partition is the ESP
 * (GRUB 2 layout of the Talos and Debian images).
 */
export function hybridIso(context: BuildContext, name: string, contents: IsoContents): Artifact<'iso'> {
  const boot = bootFiles(context);
  const files: { readonly [path: string]: InputRef } = { ...contents.files, 'boot/grub/eltorito.img': boot.elTorito };
  const paths = Object.keys(files).sort();
  const inputs: { [name: string]: InputRef } = { 'hybrid-mbr': boot.hybridMbr, esp: boot.esp };
  for (const path of paths) inputs[`medium/${path}`] = files[path] as InputRef;
  return toolStep(context, {
    title: name,
    inputs,
    output: { name: 'iso', kind: 'iso' },
    commands: [
      {
        argv: [
          'xorriso',
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
          '--grub2-mbr',
          '/in/hybrid-mbr',
          '-partition_offset',
          '16',
          '--mbr-force-bootable',
          '-append_partition',
          '2',
          '0xef',
          '/in/esp',
          '-appended_part_as_gpt',
          '-c',
          '/boot/grub/boot.cat',
          '-b',
          '/boot/grub/eltorito.img',
          '-no-emul-boot',
          '-boot-load-size',
          '4',
          '-boot-info-table',
          '--grub2-boot-info',
          '-eltorito-alt-boot',
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
