import { BuildError } from '../core/failure.ts';
import type { Arch, Artifact, PackagePin } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { fileOfPackage, filesOfPackage, unpackedPackage } from './packages.ts';
import { toolStep } from './tool-step.ts';

/** A kernel with the modules that its lists name. */
export interface Kernel {
  /** `uname -r`. */
  readonly release: string;
  readonly image: Artifact<'file'>;
  /** For initrd-base. */
  readonly initrdModules: ModuleTrees;
  /** For the modules layer; the initrd's modules too. */
  readonly systemModules: ModuleTrees;
}

/** Tars of `usr/lib/modules/<release>/`, to be laid over each other. */
export interface ModuleTrees {
  readonly modules: Artifact<'tar'>;
  /** What depmod makes: `modules.dep` and so on. */
  readonly indices: Artifact<'tar'>;
}

const PACKAGE_PREFIX = 'linux-image-';
/** What depmod reads beside the modules: the writer `modules` brings it, it is no index. */
const LISTS = ['modules.builtin', 'modules.builtin.modinfo', 'modules.order'];

/** Debian's signed kernel as it is, and of its modules those that `kernel-configs/debian-<arch>.yaml` names. */
export function debianKernel(context: BuildContext, arch: Arch): Kernel {
  return context.memo(`kernel debian ${arch}`, () => {
    const pin = kernelPackage(context, arch);
    const release = pin.name.slice(PACKAGE_PREFIX.length);
    const lists = context.kernelModules('debian', arch);
    const modules = (title: string, patterns: readonly string[]) =>
      indexedModules(context, { title, release, patterns, kernel: unpackedPackage(context, pin).data });
    return {
      release,
      image: fileOfPackage(context, { set: 'kernel-debian', arch, name: pin.name, path: `boot/vmlinuz-${release}` }),
      initrdModules: modules('initrd modules', lists.initrd),
      systemModules: modules('system modules', [...lists.initrd, ...lists.system]),
    };
  });
}

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
  if (!pin)
    throw new BuildError({
      kind: 'configuration',
      message: `The package set "kernel-debian" for ${arch} has no ${PACKAGE_PREFIX}….`,
      place: { file: 'targets/packages.lock.json' },
    });
  return pin;
}

/** The chosen modules with what they need, and depmod's indices over exactly those; the modules themselves are not written twice. */
function indexedModules(
  context: BuildContext,
  options: {
    readonly title: string;
    readonly release: string;
    readonly patterns: readonly string[];
    readonly kernel: Artifact<'tar'>;
  },
): ModuleTrees {
  const folder = `usr/lib/modules/${options.release}`;
  const { tar: modules } = context.graph.add({
    title: options.title,
    action: { type: 'builtin', writer: 'modules', options: { release: options.release, modules: options.patterns } },
    inputs: { kernel: options.kernel },
    outputs: { tar: 'tar' },
  });
  const indices = toolStep(context, {
    title: `depmod ${options.title}`,
    inputs: { modules },
    output: { name: 'tar', kind: 'tar' },
    commands: [
      { argv: ['tar', '-xf', '/in/modules', '-C', '/work'] },
      { argv: ['depmod', '-b', '/work/usr', '-e', '-F', '/dev/null', options.release] },
      {
        argv: [
          'tar',
          '--format=posix',
          '--sort=name',
          '--owner=0',
          '--group=0',
          '--numeric-owner',
          '--mode=u=rwX,go=rX',
          '--mtime=@0',
          // Or each run gives other bytes.
          '--pax-option=delete=atime,delete=ctime',
          '--anchored',
          ...['kernel', ...LISTS].map((name) => `--exclude=${folder}/${name}`),
          '-cf',
          '/out/tar',
          '-C',
          '/work',
          'usr',
        ],
      },
    ],
  });
  return { modules, indices };
}
