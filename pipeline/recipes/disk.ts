import type { Arch, Artifact, InputRef } from '../core/step.ts';
import { APPEND_FILE } from '../formats/append-file.ts';
import { encodeGrubEnvironment } from '../formats/grub-environment.ts';
import { appendSettings, grubSettings } from '../formats/grub-settings.ts';
import { MIB_SECTORS } from '../formats/sector.ts';
import { menuArguments } from '../shared/kernel-arguments.ts';
import type { BuildContext } from './context.ts';
import { type BiosBootCode, biosBootCode, GRUB_FOLDER } from './disk-boot-code.ts';
import { bootFileSystem, DEFAULT_STATE_MIB, emptyState, stateFileSystem } from './disk-file-systems.ts';
import { efiPrograms } from './efi-programs.ts';
import { squashfsOfFiles } from './squashfs.ts';
import type { Stream } from './stream.ts';
import type { System } from './system.ts';
import { textFile } from './text.ts';

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
  readonly parts: { readonly [name: string]: InputRef };
  /** As a raw image that is only there while something reads it. */
  readonly stream: Stream;
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
export function installedDisk(context: BuildContext, system: BootableSystem, spec: DiskSpec): InstalledDisk {
  const { bios, biosInputs, bootInputs, plan, fat, state } = plannedDisk(context, system, spec);
  const boot = bootFileSystem(context, {
    name: spec.name,
    inputs: bootInputs,
    fat,
    firstSector: MIB_SECTORS * (bios ? 2 : 1),
  });
  const parts = { plan, boot, state, ...biosInputs };
  const installer = installerOf(context, {
    name: spec.name,
    arch: system.arch,
    plan,
    boot,
    bios,
    medium: slotFiles(system),
  });
  return {
    system,
    parts,
    stream: streamOf(context, spec, parts),
    raw: rawDisk(context, spec, parts),
    plan,
    boot,
    state,
    bios,
    installer,
  };
}

/**
 * The same for a product that differs from another one by its identities and kernel arguments only: it takes that one's boot file system,
 * and every writer puts these into it as it reads it, so that they are not on the builder's disk once for each cloud.
 */
export function likeDisk(
  context: BuildContext,
  { pattern, ...spec }: DiskSpec & { readonly pattern: InstalledDisk },
): ComposableDisk {
  const { biosInputs, bootInputs, plan, state } = plannedDisk(context, pattern.system, spec);
  const append = bootInputs[`boot/${APPEND_FILE}`];
  const parts = { plan, boot: pattern.boot, state, ...biosInputs, ...(append ? { append } : {}) };
  return { parts, stream: streamOf(context, spec, parts) };
}

interface PlannedDisk {
  readonly bios: BiosBootCode | undefined;
  readonly biosInputs: { readonly [name: string]: InputRef };
  /** Files of the boot partition, `boot/<path>`. */
  readonly bootInputs: { readonly [name: string]: InputRef };
  readonly plan: Artifact<'json'>;
  readonly fat: Artifact<'text'>;
  readonly state: Artifact<'ext4'>;
}

/** All of a disk but its boot file system. */
function plannedDisk(context: BuildContext, system: BootableSystem, spec: DiskSpec): PlannedDisk {
  const bios = system.arch === 'amd64' ? biosBootCode(context) : undefined;
  const biosInputs: { readonly [name: string]: InputRef } = bios
    ? { 'bios/boot.img': bios.boot, 'bios/core.img': bios.core }
    : {};
  const bootInputs = Object.fromEntries(
    Object.entries(bootFiles(context, system, spec)).map(([path, file]): [string, InputRef] => [`boot/${path}`, file]),
  );
  const stateTar = spec.state ?? emptyState(context);
  const { plan, fat, ext4 } = context.graph.add({
    title: `plan of the disk ${spec.name}`,
    action: {
      type: 'builtin',
      writer: 'disk-plan',
      options: { name: spec.name, hasBios: bios !== undefined, stateMiB: spec.stateMiB ?? DEFAULT_STATE_MIB },
    },
    inputs: { ...bootInputs, ...biosInputs, state: stateTar },
    outputs: { plan: 'json', fat: 'text', ext4: 'text' },
  });
  const state = stateFileSystem(context, { name: spec.name, tar: stateTar, ext4 });
  return { bios, biosInputs, bootInputs, plan, fat, state };
}

function streamOf(context: BuildContext, spec: DiskSpec, parts: ComposableDisk['parts']): Stream {
  const { pieces } = context.graph.add({
    title: `pieces of the disk ${spec.name}`,
    action: { type: 'builtin', writer: 'disk-pieces', options: { sizeMiB: spec.sizeMiB } },
    inputs: parts,
    outputs: { pieces: 'pieces' },
  });
  return { pieces, parts };
}

function rawDisk(context: BuildContext, spec: DiskSpec, parts: ComposableDisk['parts']): Artifact<'disk'> {
  return context.graph.add({
    title: `disk ${spec.name}`,
    action: { type: 'builtin', writer: 'disk', options: { sizeMiB: spec.sizeMiB } },
    inputs: parts,
    outputs: { disk: 'disk' },
  }).disk;
}

/** What an installing medium carries beside the files of a slot. */
function installerOf(
  context: BuildContext,
  disk: Pick<InstalledDisk, 'plan' | 'boot' | 'bios'> & {
    readonly name: string;
    readonly arch: Arch;
    readonly medium: { readonly [path: string]: InputRef };
  },
): Artifact<'squashfs'> {
  const files = Object.fromEntries(Object.keys(disk.medium).map((path) => [`a/${path}`, path]));
  const { description, rest } = context.graph.add({
    title: `parts of the disk ${disk.name}`,
    action: {
      type: 'builtin',
      writer: 'install-parts',
      options: { version: context.version, files, append: APPEND_FILE },
    },
    inputs: { plan: disk.plan, boot: disk.boot },
    outputs: { description: 'json', rest: 'file' },
  });
  return squashfsOfFiles(context, {
    name: `installer ${disk.name}`,
    arch: disk.arch,
    files: {
      'install.json': description,
      rest,
      ...(disk.bios ? { 'boot.img': disk.bios.boot, 'core.img': disk.bios.core } : {}),
    },
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
      grubSettings({ version: context.version, ...menuArguments('disk', system.arch) }),
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
