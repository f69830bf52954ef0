import type { Artifact } from '../core/step.ts';
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
import { memoized } from './memoized.ts';
import { toolsOf } from './tool-image.ts';

/** Name of the release file, for people; size of the disk in MiB, without it the smallest that holds its content. */
export interface VirtualDiskSpec {
  readonly name: string;
  readonly sizeMiB?: number;
}

/** Dynamic VHD (Alibaba Cloud, Hyper-V's first generation). */
export function dynamicVhd(
  { graph }: BuildContext,
  { parts }: ComposableDisk,
  { name, sizeMiB }: VirtualDiskSpec,
): Artifact<'virtual-disk'> {
  return vhd(graph, { title: name, inputs: parts, options: { sizeMiB } }).disk;
}

/** VHDX with blocks of 1 MiB (Hyper-V). */
export function vhdx(
  { graph }: BuildContext,
  { parts }: ComposableDisk,
  { name, sizeMiB }: VirtualDiskSpec,
): Artifact<'virtual-disk'> {
  return vhdxStep(graph, { title: name, inputs: parts, options: { sizeMiB } }).disk;
}

/** VMDK for Workstation and Fusion, which run from it. */
export function sparseVmdk(
  { graph }: BuildContext,
  { parts }: ComposableDisk,
  { name, sizeMiB }: VirtualDiskSpec,
): Artifact<'virtual-disk'> {
  return vmdk(graph, { title: name, inputs: parts, options: { extent: 'rancheros.vmdk', sizeMiB } }).disk;
}

/** OVA for ESXi and vSphere: descriptor, manifest and a streamOptimized VMDK. `machine`: what the imported machine is called. */
export function ova(
  { graph, version }: BuildContext,
  { parts }: ComposableDisk,
  { name, sizeMiB, machine }: VirtualDiskSpec & { readonly machine: string },
): Artifact<'ova'> {
  return ovaStep(graph, { title: name, inputs: parts, options: { name: machine, version, sizeMiB } }).ova;
}

/** Compressed qcow2. The disk is not written first; all its holes map to one. */
export function qcow2(
  context: BuildContext,
  { parts }: ComposableDisk,
  { name, sizeMiB }: VirtualDiskSpec,
): Artifact<'virtual-disk'> {
  const extents = flatVmdk(context.graph, { title: `extents of ${name}`, inputs: parts, options: { sizeMiB } });
  return compressedQcow2(toolsOf(context), { title: name, parts, ...extents });
}

/** What Google Compute Engine imports: `disk.raw` of whole GiB in an old GNU tar in gzip. */
export function gceArchive(
  context: BuildContext,
  { parts }: ComposableDisk,
  { name, sizeMiB }: VirtualDiskSpec & { readonly sizeMiB: number },
): Artifact<'gzip'> {
  const { pieces } = gceTar(context.graph, { title: `pieces of ${name}`, inputs: parts, options: { sizeMiB } });
  // What is in there is compressed already but for zeros: a higher level takes three times as long for nothing.
  return gzipCompressed(toolsOf(context), name, { pieces, parts }, 1);
}

/** Fixed VHD (Azure), compressed by zstd: unpacked it is the raw disk and a footer. */
export function compressedFixedVhd(
  context: BuildContext,
  { parts }: ComposableDisk,
  { name, sizeMiB }: VirtualDiskSpec & { readonly sizeMiB: number },
): Artifact<'zstd'> {
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
  return zeroGap(context.graph, { title: name, inputs, options: {} }).file;
}

const zeros = memoized(
  (context: BuildContext, mebibytes: number): Artifact<'zstd'> => compressedZeros(toolsOf(context), mebibytes),
);
