import type { Arch, Artifact } from '../core/step.ts';
import { cpio } from '../steps/cpio/step.ts';
import { firmwareCheck } from '../steps/firmware-check/step.ts';
import { compressedInitrd } from '../steps/initrd/step.ts';
import { seed } from '../steps/seed/step.ts';
import { type SquashfsOptions, squashfsOf } from '../steps/squashfs/step.ts';
import type { BuildContext } from './context.ts';
import { ACCOUNT_TABLES, baseFilter, ENGINE_FILTER, EXTRAS_FILTER, PLUGINS_FILTER } from './filters.ts';
import { debianKernel, type Kernel } from './kernel.ts';
import { composeLayer, type Layer } from './layer.ts';
import { memoized } from './memoized.ts';
import { fileOfPackage } from './packages.ts';
import { toolsOf } from './tool-image.ts';
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
export function withoutKernel(system: System): readonly Layer[] {
  return system.layers.filter(({ name }) => name !== 'modules' && name !== 'drivers');
}

/** Layers of the images of the console and of Docker, with the packages of a project where it has any. */
const WHOLE = ['base', 'engine', 'plugins', 'config'];
const WHOLE_WITH_PRODUCT = ['base', 'engine', 'plugins', 'product', 'config'];

/**
 * Images of System Docker by name, each with its layers from the lowest. The image of what a target adds takes the place of the one that a
 * service has elsewhere, such as `network`, so it has all that those have.
 */
export function systemImages(
  extras: string | undefined,
  { hasProductPackages = false }: { readonly hasProductPackages?: boolean | undefined } = {},
): readonly { readonly name: string; readonly layers: readonly string[] }[] {
  const whole = hasProductPackages ? WHOLE_WITH_PRODUCT : WHOLE;
  return [
    { name: 'os-base', layers: ['base', 'config'] },
    { name: 'os-console', layers: whole },
    { name: 'os-docker', layers: whole },
    ...(extras === undefined ? [] : [{ name: `os-${extras}`, layers: [...whole, extras] }]),
  ];
}

/** What a target adds to the system of its architecture: one more layer, on top of all others. */
export interface Extras {
  /** Name of the layer and, behind `os-`, of System Docker's image that its services run in. */
  readonly name: string;
  /** Set of `targets/packages.yaml`, above base, engine and plugins. */
  readonly packages: string;
  /**
   * Folder of `overlays/`. Its `usr/share/ros/target.yml` is configuration above that of the release, and says which services start;
   * definitions in its `usr/share/ros/services/` stand in the place of those that everybody has.
   */
  readonly overlay: string;
  /** Paths and globs of the packages that nothing needs, beyond what no layer carries. */
  readonly drop?: readonly string[];
}

/** The system of an architecture with the `debian` kernel, and what a target adds to it. Layers that targets share are made once. */
export const liveSystem = memoized((context: BuildContext, arch: Arch, extras?: Extras): System => {
  const kernel = debianKernel(context, arch);
  const added = extras === undefined ? [] : [extrasLayer(context, arch, extras)];
  const layers = [...systemLayers(context, arch, kernel, extras?.packages), ...added];
  proveTree(context, arch, layers, {
    sets: [
      ...SHARED_SETS,
      ...(context.product?.hasPackages ? [PRODUCT_SET] : []),
      ...(extras === undefined ? [] : [extras.packages]),
    ],
    overlays: ['system', ...(extras === undefined ? [] : [extras.overlay])],
  });
  const seeded = seedOf(context, arch, layers, extras?.name);
  const medium = {
    'rancheros/layers': seeded.list,
    'rancheros/seed.tar': seeded.seed,
    ...Object.fromEntries(layers.map((layer) => [`rancheros/${layer.name}.squashfs`, layer.squashfs])),
  };
  const initrdBase = initrdBaseOf(context, { arch, kernel, init: 'overlays/initrd/init' });
  const initrd = wholeInitrd(context, initrdBase, medium);
  context.describe(kernel.image, { kind: 'kernel', contents: { vmlinuz: kernel.image } });
  context.describe(initrd, { kind: 'initrd', contents: { 'initrd-base': initrdBase, ...medium } });
  return { arch, kernel, layers, initrdBase, initrd, medium };
});

const SHARED_SETS = ['base', 'engine', 'plugins', 'kernel-debian'];

/** Package set of a project of one's own, and the name of its layer. */
const PRODUCT_SET = 'product';

/** All layers but that of a target, from the lowest. A project's packages lie below the configuration, which may replace files of theirs. */
function systemLayers(
  context: BuildContext,
  arch: Arch,
  kernel: Kernel,
  extras: string | undefined,
): readonly StackedLayer[] {
  const product = context.product?.hasPackages ? [productLayer(context, arch, extras)] : [];
  return [...sharedLayers(context, arch, kernel), ...product, configuration(context, arch, kernel)];
}

const sharedLayers = memoized((context: BuildContext, arch: Arch, kernel: Kernel): readonly StackedLayer[] => [
  stacked(
    context,
    composeLayer(context, { name: 'base', packages: context.packages('base', arch), options: baseFilter(arch) }),
    { arch, compression: 'zstd', content: 'many files' },
  ),
  stacked(
    context,
    composeLayer(context, { name: 'engine', packages: context.packages('engine', arch), options: ENGINE_FILTER }),
    { arch, compression: 'zstd', content: 'few programs' },
  ),
  stacked(
    context,
    composeLayer(context, { name: 'plugins', packages: context.packages('plugins', arch), options: PLUGINS_FILTER }),
    { arch, compression: 'xz', content: 'few programs' },
  ),
  stacked(context, modulesLayer(context, kernel), { arch, compression: 'zstd', content: 'many files' }),
  stacked(context, driversLayer(context, arch, kernel), { arch, compression: 'xz', content: 'seldom read' }),
]);

const configuration = memoized(
  (context: BuildContext, arch: Arch, kernel: Kernel): StackedLayer =>
    stacked(context, configLayer(context, arch, kernel), { arch, compression: 'zstd', content: 'little' }),
);

/** Packages of a project. What the target's own set has in the same version is there already. */
const productLayer = memoized((context: BuildContext, arch: Arch, extras: string | undefined): StackedLayer => {
  const there = new Set(extras === undefined ? [] : context.packages(extras, arch).map(({ digest }) => digest));
  const packages = context.packages(PRODUCT_SET, arch).filter(({ digest }) => !there.has(digest));
  const layer = composeLayer(context, { name: PRODUCT_SET, packages, options: EXTRAS_FILTER });
  return stacked(context, layer, { arch, compression: 'zstd', content: 'many files' });
});

/** Modules that an ordinary start loads, what depmod says of all, and how the kernel was configured, where kubeadm looks for it. */
function modulesLayer(context: BuildContext, kernel: Kernel): Layer {
  return composeLayer(context, {
    name: 'modules',
    trees: kernel.systemModules,
    files: { [`${modulesFolder(kernel)}/config`]: kernel.config },
  });
}

/** All other modules, and firmware: what nobody waits for at a start, and large. */
function driversLayer(context: BuildContext, arch: Arch, kernel: Kernel): Layer {
  const { firmware, withoutFirmware } = context.kernelModules('debian', arch);
  const layer = composeLayer(context, {
    name: 'drivers',
    packages: context.packages('firmware', arch),
    trees: { modules: kernel.driverModules },
    options: { keep: firmware.map((path) => `usr/lib/firmware/${path}`) },
  });
  const { report } = firmwareCheck(context.graph, {
    title: `check the firmware for ${arch}`,
    inputs: { modules: kernel.modulesReport, contents: layer.contents },
    options: { without: withoutFirmware },
  });
  context.prove(report);
  return layer;
}

function modulesFolder({ release }: Kernel): string {
  return `usr/lib/modules/${release}`;
}

function extrasLayer(context: BuildContext, arch: Arch, extras: Extras): StackedLayer {
  const layer = composeLayer(context, {
    name: extras.name,
    packages: context.packages(extras.packages, arch),
    overlay: extras.overlay,
    options: { ...EXTRAS_FILTER, drop: [...(EXTRAS_FILTER.drop ?? []), ...(extras.drop ?? [])] },
  });
  return stacked(context, layer, { arch, compression: 'zstd', content: 'many files' });
}

function stacked(context: BuildContext, layer: Layer, options: SquashfsOptions): StackedLayer {
  return { ...layer, squashfs: squashfsOf(toolsOf(context), { name: layer.name, tar: layer.tar, ...options }) };
}

/** What names the release and governs the system: the smallest layer, so that a new version or an edited file costs seconds. */
function configLayer(context: BuildContext, arch: Arch, kernel: Kernel): Layer {
  const { product } = context;
  return composeLayer(context, {
    name: 'config',
    overlay: 'system',
    ...(product ? { ofProduct: product.overlays } : {}),
    options: {
      replaces: ACCOUNT_TABLES,
      effects: [{ effect: 'accounts', ...context.accounts(arch) }],
      // Where Docker's check-config.sh looks for it, in every image of the system.
      links: [{ path: `boot/config-${kernel.release}`, target: `../${modulesFolder(kernel)}/config` }],
      files: [
        { path: 'usr/lib/os-release', text: osRelease(context) },
        // Seen by consoles of other systems, whose os-release is their own.
        { path: 'usr/share/ros/os-release', text: osRelease(context) },
        ...(product?.configuration === undefined ? [] : [{ path: CONFIGURATION, text: product.configuration }]),
        // In this layer, which every image of the system has: each service reads the configuration for itself.
        ...(context.cloudConfig === undefined
          ? []
          : [{ path: 'usr/share/ros/cloud-config.yml', text: context.cloudConfig }]),
        { path: 'usr/share/ros/read-before.json', text: context.readConfiguration },
        { path: 'usr/bin/ros', mode: 0o755, text: `#!/usr/bin/qjs -m\nimport '/usr/lib/ros/program/main.js';\n` },
        ...[...context.rosProgram].map(([name, text]) => ({ path: `usr/lib/ros/program/${name}`, text })),
      ],
      ...(product?.configuration === undefined ? {} : { replaces: [CONFIGURATION] }),
    },
  });
}

/** What the release configures, with the system's services. */
const CONFIGURATION = 'usr/share/ros/os-config.yml';

/** os-release(5). The ID stays with another name too: by it programs know how to treat the system. */
function osRelease({ version, product }: BuildContext): string {
  const name = product?.name ?? 'RancherOS';
  return `NAME="${name}"\nVERSION="${version}"\nID=rancheros\nID_LIKE=\nVERSION_ID="${version}"\nPRETTY_NAME="${name} ${version}"\nHOME_URL="http://rancher.com/rancher-os/"\n`;
}

/** System Docker's data root, naming the layers as images; and the list by which `/init` mounts them. */
function seedOf(
  context: BuildContext,
  arch: Arch,
  layers: readonly Layer[],
  extras: string | undefined,
): { readonly seed: Artifact<'tar'>; readonly list: Artifact<'text'> } {
  return seed(context.graph, {
    title: 'seed of System Docker',
    inputs: { layer: Object.fromEntries(layers.map(({ name, tar }) => [name, tar])) },
    options: {
      arch,
      layers: layers.map(({ name }) => name),
      images: systemImages(extras, { hasProductPackages: context.product?.hasPackages }).map(
        ({ name, layers: names }) => ({
          name: `rancher/${name}`,
          tag: context.version,
          layers: names,
        }),
      ),
    },
  });
}

/** busybox, `/init`, and the modules that reach the media; nothing else, because every boot reads it before anything is mounted. */
export const initrdBaseOf = memoized(
  (
    context: BuildContext,
    { arch, kernel, init }: { readonly arch: Arch; readonly kernel: Kernel; readonly init: string },
  ): Artifact<'initrd'> => {
    const busybox = { set: 'base', arch, name: 'busybox-static', path: 'usr/bin/busybox' } as const;
    const archive = cpio(context.graph, {
      title: 'initrd-base',
      kind: 'cpio',
      trees: kernel.initrdModules,
      files: { init: { from: 'repository', path: init }, 'bin/busybox': fileOfPackage(context, busybox) },
      modes: { init: 0o755, 'bin/busybox': 0o755 },
      links: [{ path: 'lib', target: 'usr/lib' }],
    });
    return compressedInitrd(toolsOf(context), 'compress initrd-base', archive);
  },
);

/** `initrd-base` first, then the layers as they are: the kernel joins archives that begin at a multiple of four bytes. */
function wholeInitrd(
  context: BuildContext,
  initrdBase: Artifact<'initrd'>,
  files: { readonly [path: string]: Artifact },
): Artifact<'initrd'> {
  return cpio(context.graph, { title: 'initrd', kind: 'initrd', files, after: initrdBase });
}
