import type { MediumKind } from '../core/medium.ts';
import type { Artifact, ArtifactKind } from '../core/step.ts';
import { diskEnds } from '../steps/disk-ends/step.ts';
import { flatVmdk } from '../steps/flat-vmdk/step.ts';
import { gceTar } from '../steps/gce-tar/step.ts';
import { gzipCompressed } from '../steps/gzip/step.ts';
import { ova as ovaStep } from '../steps/ova/step.ts';
import { compressedQcow2 } from '../steps/qcow2/step.ts';
import { vhd } from '../steps/vhd/step.ts';
import { vhdx as vhdxStep } from '../steps/vhdx/step.ts';
import { vmdk } from '../steps/vmdk/step.ts';
import { zeroGap } from '../steps/zero-gap/step.ts';
import { compressedZeros, zstdCompressed } from '../steps/zstd/step.ts';
import type { BuildContext } from './context.ts';
import type { ComposableDisk } from './disk.ts';
import { measuresOf } from './medium.ts';
import { memoized } from './memoized.ts';
import { toolsOf } from './tool-image.ts';

/** Name of the release file, for people; size of the disk in MiB, without it the smallest that holds its content. */
export interface VirtualDiskSpec {
  readonly name: string;
  readonly sizeMiB?: number;
}

/** Dynamic VHD (Alibaba Cloud, Hyper-V's first generation). */
export function dynamicVhd(
  context: BuildContext,
  disk: ComposableDisk,
  spec: VirtualDiskSpec,
): Artifact<'virtual-disk'> {
  const { name, sizeMiB } = spec;
  const file = vhd(context.graph, { title: name, inputs: disk.parts, options: { sizeMiB } }).disk;
  return described(context, file, { kind: 'vhd', disk, spec });
}

/** VHDX with blocks of 1 MiB (Hyper-V). */
export function vhdx(context: BuildContext, disk: ComposableDisk, spec: VirtualDiskSpec): Artifact<'virtual-disk'> {
  const { name, sizeMiB } = spec;
  const file = vhdxStep(context.graph, { title: name, inputs: disk.parts, options: { sizeMiB } }).disk;
  return described(context, file, { kind: 'vhdx', disk, spec });
}

/** VMDK for Workstation and Fusion, which run from it. */
export function sparseVmdk(
  context: BuildContext,
  disk: ComposableDisk,
  spec: VirtualDiskSpec,
): Artifact<'virtual-disk'> {
  const options = { extent: 'rancheros.vmdk', sizeMiB: spec.sizeMiB } as const;
  const file = vmdk(context.graph, { title: spec.name, inputs: disk.parts, options }).disk;
  return described(context, file, { kind: 'vmdk', disk, spec });
}

/** OVA for ESXi and vSphere: descriptor, manifest and a streamOptimized VMDK. `machine`: what the imported machine is called. */
export function ova(
  context: BuildContext,
  disk: ComposableDisk,
  spec: VirtualDiskSpec & { readonly machine: string },
): Artifact<'ova'> {
  const options = { name: spec.machine, version: context.version, sizeMiB: spec.sizeMiB };
  const file = ovaStep(context.graph, { title: spec.name, inputs: disk.parts, options }).ova;
  return described(context, file, { kind: 'ova', disk, spec });
}

/** Compressed qcow2. The disk is not written first; all its holes map to one. */
export function qcow2(context: BuildContext, disk: ComposableDisk, spec: VirtualDiskSpec): Artifact<'virtual-disk'> {
  const [{ parts }, { name, sizeMiB }] = [disk, spec];
  const extents = flatVmdk(context.graph, { title: `extents of ${name}`, inputs: parts, options: { sizeMiB } });
  const file = compressedQcow2(toolsOf(context), { title: name, parts, ...extents });
  return described(context, file, { kind: 'qcow2', disk, spec });
}

/** What Google Compute Engine imports: `disk.raw` of whole GiB in an old GNU tar in gzip. */
export function gceArchive(
  context: BuildContext,
  disk: ComposableDisk,
  spec: VirtualDiskSpec & { readonly sizeMiB: number },
): Artifact<'gzip'> {
  const [{ parts }, { name, sizeMiB }] = [disk, spec];
  const { pieces } = gceTar(context.graph, { title: `pieces of ${name}`, inputs: parts, options: { sizeMiB } });
  // What is in there is compressed already but for zeros: a higher level takes three times as long for nothing.
  const file = gzipCompressed(toolsOf(context), name, { pieces, parts }, 1);
  return described(context, file, { kind: 'gce-archive', disk, spec });
}

/** Fixed VHD (Azure), compressed by zstd: unpacked it is the raw disk and a footer. */
export function compressedFixedVhd(
  context: BuildContext,
  disk: ComposableDisk,
  spec: VirtualDiskSpec & { readonly sizeMiB: number },
): Artifact<'zstd'> {
  const [{ parts }, { name, sizeMiB }] = [disk, spec];
  const tools = toolsOf(context);
  const { head, tail, gap } = diskEnds(context.graph, {
    title: `ends of ${name}`,
    inputs: parts,
    options: { sizeMiB, footer: 'vhd' },
  });
  const inputs = {
    head: zstdCompressed(tools, `beginning of ${name}`, { pieces: head, parts }),
    tail: zstdCompressed(tools, `end of ${name}`, { pieces: tail, parts }),
    gap,
    one: zeros(context, 1),
    many: zeros(context, 64),
  };
  const { file } = zeroGap(context.graph, { title: name, inputs, options: {} });
  return described(context, file, { kind: 'vhd-zst', disk, spec });
}

const zeros = memoized(
  (context: BuildContext, mebibytes: number): Artifact<'zstd'> => compressedZeros(toolsOf(context), mebibytes),
);

/** The file, described for `release.json`: the digest of its disk, and the files on that. */
function described<K extends ArtifactKind>(
  context: BuildContext,
  file: Artifact<K>,
  { kind, disk, spec }: { readonly kind: MediumKind; readonly disk: ComposableDisk; readonly spec: VirtualDiskSpec },
): Artifact<K> {
  context.describe(file, { kind, contents: disk.files, measures: measuresOf(context, disk.parts, spec) });
  return file;
}
