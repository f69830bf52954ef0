import type { Arch, Artifact, InputRef } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { BASE_FILTER, ENGINE_FILTER, PLUGINS_FILTER } from './filters.ts';
import { concatenated } from './concat.ts';
import { debianKernel, type Kernel } from './kernel.ts';
import { composeLayer, type Layer } from './layer.ts';
import { type SquashfsCompression, squashfsOf } from './squashfs.ts';
import { toolStep } from './tool-step.ts';

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
export const KERNEL_INDEPENDENT = ['base', 'engine', 'plugins', 'config'] as const;

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
    const base = stacked(context, composeLayer(context, { name: 'base', packages: context.packages('base', arch), options: BASE_FILTER }), 'zstd');
    const engine = stacked(context, composeLayer(context, { name: 'engine', packages: context.packages('engine', arch), options: ENGINE_FILTER }), 'xz');
    const plugins = stacked(context, composeLayer(context, { name: 'plugins', packages: context.packages('plugins', arch), options: PLUGINS_FILTER }), 'xz');
    const modules = stacked(context, { name: 'modules', tar: kernel.systemModules }, 'zstd');
    const config = stacked(context, configLayer(context), 'zstd');
    const layers = [base, engine, plugins, modules, config];
    const seed = seedOf(context, arch, layers);
    const medium = {
      'rancheros/layers': seed.list,
      'rancheros/seed.tar': seed.seed,
      ...Object.fromEntries(layers.map((layer) => [`rancheros/${layer.name}.squashfs`, layer.squashfs])),
    };
    const initrdBase = initrdBaseOf(context, kernel, base);
    return { arch, kernel, layers, initrdBase, initrd: wholeInitrd(context, initrdBase, medium), medium };
  });
}
