import type { ModuleLists } from '../config/module-lists.ts';
import { BuildError } from '../core/failure.ts';
import type { Arch, Artifact, PackagePin } from '../core/step.ts';
import { moduleIndices } from '../steps/depmod/step.ts';
import { modules as modulesStep } from '../steps/modules/step.ts';
import type { BuildContext } from './context.ts';
import { memoized } from './memoized.ts';
import { kernelNotInSet } from './messages.ts';
import { fileOfPackage, filesOfPackage, unpackedPackage } from './packages.ts';
import { toolsOf } from './tool-image.ts';

/** A kernel with the modules that its lists name. */
export interface Kernel {
  /** `uname -r`. */
  readonly release: string;
  readonly image: Artifact<'file'>;
  /** What it was configured with. */
  readonly config: Artifact<'file'>;
  /** For initrd-base. */
  readonly initrdModules: ModuleTrees;
  /** For the layer modules: what a start loads, the initrd's modules too. The indices are over this and `driverModules`. */
  readonly systemModules: ModuleTrees;
  /** For the layer drivers: all other modules. */
  readonly driverModules: Artifact<'tar'>;
  /** A `ModulesReport` of all modules that the running system has. */
  readonly modulesReport: Artifact<'json'>;
}

/** Tars of `usr/lib/modules/<release>/`, to be laid over each other. */
export type ModuleTrees = {
  readonly modules: Artifact<'tar'>;
  /** What depmod makes: `modules.dep` and so on. */
  readonly indices: Artifact<'tar'>;
};

const PACKAGE_PREFIX = 'linux-image-';

/** Debian's signed kernel as it is, and of its modules those that `kernel-configs/debian-<arch>.yaml` names. */
export const debianKernel = memoized((context: BuildContext, arch: Arch): Kernel => {
  const pin = kernelPackage(context, arch);
  const release = pin.name.slice(PACKAGE_PREFIX.length);
  const lists = context.kernelModules('debian', arch);
  const kernel = unpackedPackage(context, pin).data;
  const system = systemModules(context, { release, lists, kernel });
  const inBoot = (name: string) =>
    fileOfPackage(context, { set: 'kernel-debian', arch, name: pin.name, path: `boot/${name}-${release}` });
  return {
    release,
    config: inBoot('config'),
    image: inBoot('vmlinuz'),
    initrdModules: initrdModules(context, { release, patterns: lists.initrd, kernel }),
    systemModules: { modules: system.modules, indices: system.indices },
    driverModules: system.rest,
    modulesReport: system.report,
  };
});

/** Device trees of boards whose firmware brings none, by the names that it looks for: `<board>.dtb`. */
export function deviceTrees(
  context: BuildContext,
  arch: Arch,
  boards: readonly string[],
): { readonly [name: string]: Artifact<'file'> } {
  const { name } = kernelPackage(context, arch);
  const paths = boards.map((board) => [`${board}.dtb`, `usr/lib/${name}/broadcom/${board}.dtb`] as const);
  return filesOfPackage(context, { set: 'kernel-debian', arch, name }, Object.fromEntries(paths));
}

function kernelPackage(context: BuildContext, arch: Arch): PackagePin {
  const pin = context.packages('kernel-debian', arch).find(({ name }) => name.startsWith(PACKAGE_PREFIX));
  if (!pin) throw new BuildError(kernelNotInSet('kernel-debian', arch, PACKAGE_PREFIX));
  return pin;
}

interface Choice {
  readonly release: string;
  readonly kernel: Artifact<'tar'>;
}

/** What the initrd's list names, with what it needs. */
function initrdModules(
  context: BuildContext,
  { release, kernel, patterns }: Choice & { readonly patterns: readonly string[] },
): ModuleTrees {
  const title = 'initrd modules';
  const inputs = { kernel };
  const { tar: modules } = modulesStep(context.graph, { title, inputs, options: { release, modules: patterns } });
  return { modules, indices: moduleIndices(toolsOf(context), { title: `depmod ${title}`, release, modules }) };
}

/** All modules of the running system, in two trees, and indices over both. */
function systemModules(
  context: BuildContext,
  { release, kernel, lists }: Choice & { readonly lists: ModuleLists },
): ModuleTrees & { readonly rest: Artifact<'tar'>; readonly report: Artifact<'json'> } {
  const title = 'system modules';
  const first = [...lists.initrd, ...lists.start];
  const {
    tar: modules,
    rest,
    report,
  } = modulesStep(context.graph, {
    title,
    inputs: { kernel },
    options: { release, modules: [...first, ...lists.system], first },
  });
  const indices = moduleIndices(toolsOf(context), { title: `depmod ${title}`, release, modules, rest });
  return { modules, rest, report, indices };
}
