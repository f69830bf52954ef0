import type { Medium } from '../core/medium.ts';
import type { Artifact, InputRef } from '../core/step.ts';
import { APPEND_FILE } from '../formats/append-file.ts';
import { BOOT_LABEL } from '../formats/disk-layout.ts';
import { encodeGrubEnvironment } from '../formats/grub-environment.ts';
import { appendSettings, grubSettings } from '../formats/grub-settings.ts';
import { MIB_SECTORS } from '../formats/sector.ts';
import { menuArguments } from '../shared/kernel-arguments.ts';
import { rawDisk } from '../steps/disk/step.ts';
import { diskPieces } from '../steps/disk-pieces/step.ts';
import { diskPlan } from '../steps/disk-plan/step.ts';
import { bootPartition } from '../steps/fat/step.ts';
import { installParts } from '../steps/install-parts/step.ts';
import type { DiskParts } from '../steps/kit/disk-parts.ts';
import { squashfsOfFiles } from '../steps/squashfs/step.ts';
import type { BuildContext } from './context.ts';
import { type BiosBootCode, biosBootCode, GRUB_FOLDER } from './disk-boot-code.ts';
import { efiPrograms } from './efi-programs.ts';
import { type MediumStream, measuresOf } from './medium.ts';
import { memoized } from './memoized.ts';
import { DEFAULT_STATE_MIB, emptyState, stateFileSystem } from './state.ts';
import type { System } from './system.ts';
import { textFile } from './text.ts';
import { toolsOf } from './tool-image.ts';

/** What distinguishes one product's installed disk from another's. */
export interface DiskSpec {
  /** The product, e.g. `amd64`; part of the disk's identities. */
  readonly name: string;
  /** Kernel arguments beside the installed ones, without quotes: `rancher.x=[ec2]`, not `["ec2"]`. */
  readonly append?: string;
  /** Whole disk in MiB; without it the smallest that holds its content. */
  readonly sizeMiB?: number;
  /** What the state file system holds from the start. */
  readonly state?: Artifact<'tar'>;
  /** Size of the state file system before it grows at the first boot (default 256). */
  readonly stateMiB?: number;
}

/** A disk as what it is composed of. */
export interface ComposableDisk {
  /** What a writer composes the disk of (`composedDisk`), for containers around it that never hold it raw. */
  readonly parts: DiskParts;
  /** As a raw image that is only there while something reads it. */
  readonly stream: MediumStream;
  /** Files of the boot partition, by their paths. */
  readonly files: { readonly [path: string]: InputRef };
}

/** An installed disk, and the parts that `ros install` writes from an ISO to get the same one. */
export interface InstalledDisk extends ComposableDisk {
  readonly system: BootableSystem;
  /** As a raw image with holes, to boot from. */
  readonly raw: Artifact<'disk'>;
  /** Sizes and identities: a `DiskPlan` as JSON. */
  readonly plan: Artifact<'json'>;
  /** File system of the boot partition. */
  readonly boot: Artifact<'fat'>;
  readonly state: Artifact<'ext4'>;
  /** Only where the architecture has a BIOS. */
  readonly bios: BiosBootCode | undefined;
  /** For the medium that installs this disk: all of it that the medium's own files are not (`InstallParts`). */
  readonly installer: Artifact<'squashfs'>;
}

/** What a disk needs of a system. */
export type BootableSystem = Pick<System, 'arch' | 'kernel' | 'initrdBase' | 'medium'>;

/** Composes an installed disk: slot A holds this version, slot B is free. */
export const installedDisk = memoized(
  (context: BuildContext, system: BootableSystem, spec: DiskSpec): InstalledDisk => {
    const { bios, files, plan, fat, state } = plannedDisk(context, system, spec);
    const boot = bootPartition(toolsOf(context), {
      name: spec.name,
      label: BOOT_LABEL,
      files,
      fat,
      firstSector: MIB_SECTORS * (bios ? 2 : 1),
    });
    const parts: DiskParts = { plan, boot, state, bios: biosParts(bios) };
    const { disk } = rawDisk(context.graph, {
      title: `disk ${spec.name}`,
      inputs: parts,
      options: { sizeMiB: spec.sizeMiB },
    });
    const installer = installerOf(context, { name: spec.name, system, plan, boot, bios });
    return {
      system,
      parts,
      files,
      stream: streamOf(context, spec, parts, files),
      raw: disk,
      plan,
      boot,
      state,
      bios,
      installer,
    };
  },
);

/**
 * The same for a product that differs from another one by its identities and kernel arguments only: it takes that one's boot file system,
 * and every writer puts these into it as it reads it, so that they are not on the builder's disk once for each cloud.
 */
export function likeDisk(
  context: BuildContext,
  { pattern, ...spec }: DiskSpec & { readonly pattern: InstalledDisk },
): ComposableDisk {
  const { bios, files, plan, state } = plannedDisk(context, pattern.system, spec);
  const parts: DiskParts = { plan, boot: pattern.boot, state, bios: biosParts(bios), append: files[APPEND_FILE] };
  return { parts, files, stream: streamOf(context, spec, parts, files) };
}

interface PlannedDisk {
  readonly bios: BiosBootCode | undefined;
  /** Of the boot partition, by their paths. */
  readonly files: { readonly [path: string]: InputRef };
  readonly plan: Artifact<'json'>;
  readonly fat: Artifact<'text'>;
  readonly state: Artifact<'ext4'>;
}

/** All of a disk but its boot file system. */
function plannedDisk(context: BuildContext, system: BootableSystem, spec: DiskSpec): PlannedDisk {
  const bios = system.arch === 'amd64' ? biosBootCode(context) : undefined;
  const files = bootFiles(context, system, spec);
  const tar = spec.state ?? emptyState(context);
  const { plan, fat, ext4 } = diskPlan(context.graph, {
    title: `plan of the disk ${spec.name}`,
    inputs: { boot: files, bios: biosParts(bios), state: tar },
    options: { name: spec.name, hasBios: bios !== undefined, stateMiB: spec.stateMiB ?? DEFAULT_STATE_MIB },
  });
  return { bios, files, plan, fat, state: stateFileSystem(context, { name: spec.name, tar, ext4 }) };
}

function biosParts(bios: BiosBootCode | undefined): DiskParts['bios'] {
  return bios && { 'boot.img': bios.boot, 'core.img': bios.core };
}

function streamOf(
  context: BuildContext,
  { name, sizeMiB }: DiskSpec,
  parts: DiskParts,
  contents: Medium['contents'],
): MediumStream {
  const title = `pieces of the disk ${name}`;
  const { pieces } = diskPieces(context.graph, { title, inputs: parts, options: { sizeMiB } });
  const measures = measuresOf(context, parts, { name: `the disk ${name}`, sizeMiB });
  return { pieces, parts, medium: { contents, measures } };
}

/** What an installing medium carries beside the files of a slot. */
function installerOf(
  context: BuildContext,
  {
    name,
    system,
    plan,
    boot,
    bios,
  }: Pick<InstalledDisk, 'system' | 'plan' | 'boot' | 'bios'> & { readonly name: string },
): Artifact<'squashfs'> {
  const files = Object.fromEntries(Object.keys(slotFiles(system)).map((path) => [`a/${path}`, path]));
  const { description, rest } = installParts(context.graph, {
    title: `parts of the disk ${name}`,
    inputs: { plan, boot },
    options: { version: context.version, files, append: APPEND_FILE },
  });
  return squashfsOfFiles(toolsOf(context), {
    name: `installer ${name}`,
    arch: system.arch,
    files: { 'install.json': description, rest, ...biosParts(bios) },
  });
}

/** Every file of the boot partition. A slot is laid out like an ISO: `boot/` for the boot loader, `rancheros/` for `/init`. */
function bootFiles(
  context: BuildContext,
  system: BootableSystem,
  spec: DiskSpec,
): { readonly [path: string]: InputRef } {
  const slot: { readonly [path: string]: InputRef } = {
    ...slotFiles(system),
    'slot.cfg': textFile(
      context,
      'settings of slot A',
      grubSettings({
        version: context.version,
        ...menuArguments('disk', system.arch, context.product?.kernelArguments),
      }),
    ),
  };
  return {
    ...efiPrograms(context, system.arch, 'disk'),
    [`${GRUB_FOLDER}/grub.cfg`]: { from: 'repository', path: 'overlays/disk/grub.cfg' },
    [`${GRUB_FOLDER}/grubenv`]: textFile(context, 'environment of GRUB', FIRST_CHOICE),
    [APPEND_FILE]: textFile(context, `kernel arguments of ${spec.name}`, appendSettings(spec.append ?? '')),
    ...Object.fromEntries(Object.entries(slot).map(([path, file]): [string, InputRef] => [`a/${path}`, file])),
  };
}

/** What a slot and an ISO have in common. */
function slotFiles(system: BootableSystem): { readonly [path: string]: InputRef } {
  return { ...system.medium, 'boot/vmlinuz': system.kernel.image, 'boot/initrd': system.initrdBase };
}

/** Slot A works; nothing is on trial. */
const FIRST_CHOICE = String.fromCharCode(...encodeGrubEnvironment({ slot: 'a', next: '', left: '', failed: '' }));
