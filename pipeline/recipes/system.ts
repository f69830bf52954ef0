import type { Arch, Artifact, InputRef } from '../core/step.ts';
import { concatenated } from './concat.ts';
import type { BuildContext } from './context.ts';
import { baseFilter, ENGINE_FILTER, PLUGINS_FILTER } from './filters.ts';
import { debianKernel, type Kernel } from './kernel.ts';
import { composeLayer, type Layer } from './layer.ts';
import { fileOfPackage } from './packages.ts';
import { type SquashfsOptions, squashfsOf } from './squashfs.ts';
import { toolStep } from './tool-step.ts';
import { proveTree } from './tree-check.ts';

/** A layer with the squashfs that is mounted where it lies. */
interface StackedLayer extends Layer {
  readonly squashfs: Artifact<'squashfs'>;
}

/** A whole system, before it is put on any medium. */
export interface System {
  readonly arch: Arch;
  readonly kernel: Kernel;
  /** From the lowest to the highest. */
  readonly layers: readonly StackedLayer[];
  /** Small initramfs that finds the layers on a medium. */
  readonly initrdBase: Artifact<'initrd'>;
  /** `initrd-base` and the layers in one, for whoever has only a kernel and an initrd. */
  readonly initrd: Artifact<'initrd'>;
  /** The folder `rancheros/` of a medium: path → artifact. */
  readonly medium: { readonly [path: string]: Artifact };
}

/** Layers that the kernel does not matter to: what `rootfs.tar.gz` holds. */
export const KERNEL_INDEPENDENT: ReadonlySet<string> = new Set(['base', 'engine', 'plugins', 'config']);

/** Which images System Docker is seeded with, and which layers they are made of. */
const SYSTEM_IMAGES = [
  { name: 'os-base', layers: ['base', 'config'] },
  { name: 'os-console', layers: ['base', 'engine', 'plugins', 'config'] },
  { name: 'os-docker', layers: ['base', 'engine', 'plugins', 'config'] },
] as const;

/** The system of an architecture with the `debian` kernel. */
export function liveSystem(context: BuildContext, arch: Arch): System {
  return context.memo(`system ${arch}`, () => {
    const kernel = debianKernel(context, arch);
    const base = stacked(
      context,
      composeLayer(context, { name: 'base', packages: context.packages('base', arch), options: baseFilter(arch) }),
      { arch, compression: 'zstd', content: 'many files' },
    );
    const engine = stacked(
      context,
      composeLayer(context, { name: 'engine', packages: context.packages('engine', arch), options: ENGINE_FILTER }),
      { arch, compression: 'zstd', content: 'few programs' },
    );
    const plugins = stacked(
      context,
      composeLayer(context, { name: 'plugins', packages: context.packages('plugins', arch), options: PLUGINS_FILTER }),
      { arch, compression: 'xz', content: 'few programs' },
    );
    const modules = stacked(
      context,
      composeLayer(context, { name: 'modules', trees: { modules: kernel.systemModules } }),
      { arch, compression: 'zstd', content: 'many files' },
    );
    const config = stacked(context, configLayer(context), { arch, compression: 'zstd', content: 'little' });
    const layers = [base, engine, plugins, modules, config];
    proveTree(context, arch, layers, ['base', 'engine', 'plugins', 'kernel-debian']);
    const seed = seedOf(context, arch, layers);
    const medium = {
      'rancheros/layers': seed.list,
      'rancheros/seed.tar': seed.seed,
      ...Object.fromEntries(layers.map((layer) => [`rancheros/${layer.name}.squashfs`, layer.squashfs])),
    };
    const initrdBase = initrdBaseOf(context, { arch, kernel, init: 'overlays/initrd/init' });
    return { arch, kernel, layers, initrdBase, initrd: wholeInitrd(context, initrdBase, medium), medium };
  });
}

function stacked(context: BuildContext, layer: Layer, options: SquashfsOptions): StackedLayer {
  return { ...layer, squashfs: squashfsOf(context, { name: layer.name, tar: layer.tar, ...options }) };
}

/** What names the release and governs the system: the smallest layer, so that a new version or an edited file costs seconds. */
function configLayer(context: BuildContext): Layer {
  const { version } = context;
  return composeLayer(context, {
    name: 'config',
    overlay: 'system',
    options: {
      files: [
        { path: 'usr/lib/os-release', text: osRelease(version) },
        // Seen by consoles of other systems, whose os-release is their own.
        { path: 'usr/share/ros/os-release', text: osRelease(version) },
        { path: 'usr/bin/ros', mode: 0o755, text: context.rosProgram },
      ],
    },
  });
}

/** os-release(5). */
function osRelease(version: string): string {
  return `NAME="RancherOS"\nVERSION="${version}"\nID=rancheros\nID_LIKE=\nVERSION_ID="${version}"\nPRETTY_NAME="RancherOS ${version}"\nHOME_URL="http://rancher.com/rancher-os/"\n`;
}

/** System Docker's data root, naming the layers as images; and the list by which `/init` mounts them. */
function seedOf(
  context: BuildContext,
  arch: Arch,
  layers: readonly Layer[],
): { readonly seed: Artifact<'tar'>; readonly list: Artifact<'text'> } {
  return context.graph.add({
    title: 'seed of System Docker',
    action: {
      type: 'builtin',
      writer: 'seed',
      options: {
        arch,
        layers: layers.map(({ name }) => name),
        images: SYSTEM_IMAGES.map(({ name, layers: names }) => ({
          name: `rancher/${name}`,
          tag: context.version,
          layers: names,
        })),
      },
    },
    inputs: Object.fromEntries(layers.map((layer): [string, InputRef] => [`layer/${layer.name}`, layer.tar])),
    outputs: { seed: 'tar', list: 'text' },
  });
}

/** busybox, `/init`, and the modules that reach the media; nothing else, because every boot reads it before anything is mounted. */
export function initrdBaseOf(
  context: BuildContext,
  { arch, kernel, init }: { readonly arch: Arch; readonly kernel: Kernel; readonly init: string },
): Artifact<'initrd'> {
  const { cpio } = context.graph.add({
    title: 'initrd-base',
    action: {
      type: 'builtin',
      writer: 'cpio',
      options: {
        trees: ['modules'],
        files: [
          { path: 'init', mode: 0o755 },
          { path: 'bin/busybox', mode: 0o755 },
        ],
        links: [{ path: 'lib', target: 'usr/lib' }],
      },
    },
    inputs: {
      modules: kernel.initrdModules,
      'file/init': { from: 'repository', path: init },
      'file/bin/busybox': fileOfPackage(context, {
        set: 'base',
        arch,
        name: 'busybox-static',
        path: 'usr/bin/busybox',
      }),
    },
    outputs: { cpio: 'cpio' },
  });
  return toolStep(context, {
    title: 'compress initrd-base',
    inputs: { cpio },
    output: { name: 'initrd', kind: 'initrd' },
    commands: [
      { argv: ['zstd', '-19', '--quiet', '--single-thread', '--no-progress', '-o', '/out/initrd', '/in/cpio'] },
    ],
  });
}

/** `initrd-base` first, then the layers as they are: the kernel joins archives that begin at a multiple of four bytes. */
function wholeInitrd(
  context: BuildContext,
  initrdBase: Artifact<'initrd'>,
  medium: { readonly [path: string]: Artifact },
): Artifact<'initrd'> {
  const { cpio } = context.graph.add({
    title: 'layers of the initrd',
    action: { type: 'builtin', writer: 'cpio', options: {} },
    inputs: Object.fromEntries(Object.entries(medium).map(([path, artifact]) => [`file/${path}`, artifact])),
    outputs: { cpio: 'cpio' },
  });
  return concatenated(context, 'initrd', [initrdBase, cpio], { align: 4, kind: 'initrd' });
}
