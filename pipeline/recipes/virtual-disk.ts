import type { Artifact, ArtifactKind } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import type { ComposableDisk } from './disk.ts';
import { gzipCompressed } from './gzip.ts';
import { toolStep } from './tool-step.ts';
import { ZSTD, zstdCompressed } from './zstd.ts';

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
  return diskStep(context, disk, { ...spec, writer: 'vhd' });
}

/** VHDX with blocks of 1 MiB (Hyper-V). */
export function vhdx(context: BuildContext, disk: ComposableDisk, spec: VirtualDiskSpec): Artifact<'virtual-disk'> {
  return diskStep(context, disk, { ...spec, writer: 'vhdx' });
}

/** VMDK for Workstation and Fusion, which run from it. */
export function sparseVmdk(
  context: BuildContext,
  disk: ComposableDisk,
  spec: VirtualDiskSpec,
): Artifact<'virtual-disk'> {
  const options = { extent: 'rancheros.vmdk' };
  return diskStep(context, disk, { ...spec, writer: 'vmdk', options });
}

/** OVA for ESXi and vSphere: descriptor, manifest and a streamOptimized VMDK. `machine`: what the imported machine is called. */
export function ova(
  context: BuildContext,
  disk: ComposableDisk,
  spec: VirtualDiskSpec & { readonly machine: string },
): Artifact<'ova'> {
  return context.graph.add({
    title: spec.name,
    action: {
      type: 'builtin',
      writer: 'ova',
      options: { name: spec.machine, version: context.version, ...sizeOf(spec) },
    },
    inputs: disk.parts,
    outputs: { ova: 'ova' },
  }).ova;
}

/**
 * Compressed qcow2 of the second version, which the oldest clouds read. qemu-img gets the disk as a VMDK of the parts themselves: it is
 * never written, and of its holes one is read. Without -W, which makes the order of clusters a matter of luck.
 */
export function qcow2(context: BuildContext, disk: ComposableDisk, spec: VirtualDiskSpec): Artifact<'virtual-disk'> {
  const { descriptor, rest } = context.graph.add({
    title: `extents of ${spec.name}`,
    action: { type: 'builtin', writer: 'flat-vmdk', options: sizeOf(spec) },
    inputs: disk.parts,
    outputs: { descriptor: 'text', rest: 'file' },
  });
  return toolStep(context, {
    title: spec.name,
    inputs: { ...disk.parts, descriptor, rest },
    output: { name: 'disk', kind: 'virtual-disk' },
    commands: [
      {
        argv: [
          'qemu-img',
          'convert',
          '-f',
          'vmdk',
          '-O',
          'qcow2',
          '-c',
          '-o',
          'compat=0.10',
          '-m',
          '1',
          '/in/descriptor',
          '/out/disk',
        ],
      },
    ],
  });
}

/** What Google Compute Engine imports: `disk.raw` of whole GiB in an old GNU tar in gzip. */
export function gceArchive(
  context: BuildContext,
  disk: ComposableDisk,
  spec: VirtualDiskSpec & { readonly sizeMiB: number },
): Artifact<'gzip'> {
  const { pieces } = context.graph.add({
    title: `pieces of ${spec.name}`,
    action: { type: 'builtin', writer: 'gce-tar', options: { sizeMiB: spec.sizeMiB } },
    inputs: disk.parts,
    outputs: { pieces: 'pieces' },
  });
  // What is in there is compressed already but for zeros: a higher level takes three times as long for nothing.
  return gzipCompressed(context, spec.name, { pieces, parts: disk.parts }, 1);
}

/** Fixed VHD (Azure), compressed by zstd: unpacked it is the raw disk and a footer. */
export function compressedFixedVhd(
  context: BuildContext,
  disk: ComposableDisk,
  spec: VirtualDiskSpec & { readonly sizeMiB: number },
): Artifact<'zstd'> {
  const { head, tail, gap } = context.graph.add({
    title: `ends of ${spec.name}`,
    action: { type: 'builtin', writer: 'disk-ends', options: { sizeMiB: spec.sizeMiB, footer: 'vhd' } },
    inputs: disk.parts,
    outputs: { head: 'pieces', tail: 'pieces', gap: 'json' },
  });
  const { file } = context.graph.add({
    title: spec.name,
    action: { type: 'builtin', writer: 'zero-gap', options: {} },
    inputs: {
      head: zstdCompressed(context, `beginning of ${spec.name}`, { pieces: head, parts: disk.parts }),
      tail: zstdCompressed(context, `end of ${spec.name}`, { pieces: tail, parts: disk.parts }),
      gap,
      one: zeros(context, 1),
      many: zeros(context, 64),
    },
    outputs: { file: 'zstd' },
  });
  return file;
}

/** So many MiB of zeros, compressed once for all. */
function zeros(context: BuildContext, mebibytes: number): Artifact<'zstd'> {
  return context.memo(`${mebibytes} MiB of zeros`, () =>
    toolStep(context, {
      title: `${mebibytes} MiB of zeros`,
      inputs: {},
      output: { name: 'zstd', kind: 'zstd' },
      commands: [
        { argv: ['truncate', '-s', `${mebibytes}M`, '/work/zeros'] },
        { argv: [...ZSTD, '-o', '/out/zstd', '/work/zeros'] },
      ],
    }),
  );
}

function diskStep(
  context: BuildContext,
  disk: ComposableDisk,
  spec: VirtualDiskSpec & { readonly writer: string; readonly options?: { readonly [name: string]: string } },
): Artifact<'virtual-disk'> {
  const outputs: { readonly disk: ArtifactKind & 'virtual-disk' } = { disk: 'virtual-disk' };
  return context.graph.add({
    title: spec.name,
    action: {
      type: 'builtin',
      writer: spec.writer,
      options: { ...spec.options, ...sizeOf(spec) },
    },
    inputs: disk.parts,
    outputs,
  }).disk;
}

function sizeOf({ sizeMiB }: VirtualDiskSpec): { readonly sizeMiB?: number } {
  return sizeMiB === undefined ? {} : { sizeMiB };
}
