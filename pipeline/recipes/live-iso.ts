import type { Artifact, InputRef } from '../core/step.ts';
import { grubSettings } from '../formats/grub-settings.ts';
import { menuArguments } from '../shared/kernel-arguments.ts';
import { hybridIso } from '../steps/iso/step.ts';
import { measuredFile } from '../steps/measured-file/step.ts';
import type { BuildContext } from './context.ts';
import type { InstalledDisk } from './disk.ts';
import { bootFiles } from './grub.ts';
import type { System } from './system.ts';
import { textFile } from './text.ts';
import { toolsOf } from './tool-image.ts';

/** What distinguishes one live ISO from another. */
export interface LiveIsoSpec {
  /** Path of the release file, for whoever watches. */
  readonly name: string;
  /** The disk that `ros install` makes of it. */
  readonly disk: InstalledDisk;
  /** Kernel arguments beside those of every live system, without quotes. */
  readonly append?: string;
}

/** What `release.json` calls the EFI system partition behind the volume. */
const EFI_IMAGE = 'efi.img';

/** Volume id; `/init` and GRUB look for it. */
const VOLUME_ID = 'RancherOS';

/** A live system that starts from CD and USB stick, and carries what `ros install` needs. */
export function liveIso(context: BuildContext, system: System, spec: LiveIsoSpec): Artifact<'iso'> {
  const append: { readonly [path: string]: InputRef } =
    spec.append === undefined
      ? {}
      : {
          'boot/grub/append.cfg': textFile(
            context,
            `kernel arguments of ${spec.name}`,
            grubSettings({ append: spec.append }),
          ),
        };
  const boot = bootFiles(context, system.arch);
  const files: { readonly [path: string]: InputRef } = {
    ...system.medium,
    ...append,
    'rancheros/install.squashfs': spec.disk.installer,
    'boot/vmlinuz': system.kernel.image,
    'boot/initrd': system.initrdBase,
    // By this file the signed GRUB finds its medium on a stick, where it was not told.
    '.disk/info': { from: 'repository', path: 'overlays/iso/.disk/info' },
    'boot/grub/grub.cfg': { from: 'repository', path: 'overlays/iso/boot/grub/grub.cfg' },
    'boot/grub/arguments.cfg': textFile(
      context,
      `kernel arguments of every ISO for ${system.arch}`,
      grubSettings(menuArguments('iso', system.arch, context.product?.kernelArguments)),
    ),
  };
  const iso = hybridIso(toolsOf(context), { title: spec.name, ...boot, volumeId: VOLUME_ID, files });
  const { measures } = measuredFile(context.graph, {
    title: `measures of ${spec.name}`,
    inputs: { file: iso },
    options: {},
  });
  context.describe(iso, { kind: 'iso', contents: { ...files, [EFI_IMAGE]: boot.esp }, measures });
  return iso;
}
