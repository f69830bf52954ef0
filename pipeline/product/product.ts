import path from 'node:path';
import { type BakedConfig, loadCloudConfig } from '../config/cloud-config.ts';
import type { ModuleLists } from '../config/module-lists.ts';
import type { OverlayDirectory, ServiceDefinition } from '../config/service-definitions.ts';
import type { YamlFile } from '../config/yaml-file.ts';
import { BuildError } from '../core/failure.ts';
import type { Arch } from '../core/step.ts';
import { kernelWordMistakes } from './kernel-words.ts';
import { type ProductOverlay, readOverlays } from './overlays.ts';
import { loadProductFile, PRODUCT_FILE, type ProductFile } from './product-file.ts';
import { readServices } from './services.ts';

/** What a project of one's own makes of RancherOS, read from its `rancheros.yaml`. */
export interface Product {
  /** Absolute path of the directory of `rancheros.yaml`. */
  readonly folder: string;
  /** The same as a person named it, for places. */
  readonly shownAs: string;
  readonly file: YamlFile<ProductFile>;
  readonly overlays: readonly ProductOverlay[];
  readonly services: readonly ServiceDefinition[];
  readonly cloudConfig: BakedConfig | undefined;
}

/**
 * Reads a project. Throws a BuildError with everything that is wrong with it as far as that can be known without building.
 * `system` is overlays/system, whose scripts its services may use too.
 */
export async function loadProduct(
  folder: string,
  shownAs: string,
  { isStrict, system }: { readonly isStrict: boolean; readonly system: OverlayDirectory },
): Promise<Product> {
  const file = await loadProductFile(folder, shownAs);
  const { overlays, failures } = await readOverlays(folder, shownAs, file);
  const [first, ...rest] = [...kernelWordMistakes(file), ...failures];
  if (first) throw new BuildError([first, ...rest]);
  const { cloudConfig: baked } = file.data;
  const cloudConfig =
    baked === undefined
      ? undefined
      : await loadCloudConfig(path.join(folder, baked), path.join(shownAs, baked), { isStrict });
  const scriptsIn = overlays.map((each) => ({
    folder: path.join(folder, each.path),
    shownAs: path.join(shownAs, each.path),
  }));
  const services = await readServices({ folder, shownAs }, file, [...scriptsIn, system]);
  return { folder, shownAs, file, overlays, services, cloudConfig };
}

/** The lists of a kernel's modules with those that a project adds for an architecture. */
export function withModules(lists: ModuleLists, product: Product | undefined, arch: Arch): ModuleLists {
  const { initrd, start, system } = product?.file.data.modules ?? {};
  const added = (entries: readonly string[] | undefined) =>
    (entries ?? []).flatMap((entry) => {
      const [name = entry, qualifier] = entry.split(' ');
      return qualifier === undefined || qualifier === `[${arch}]` ? [name] : [];
    });
  return {
    ...lists,
    initrd: [...lists.initrd, ...added(initrd)],
    start: [...lists.start, ...added(start)],
    system: [...lists.system, ...added(system)],
  };
}

/** What of a project goes into its files, by paths from its directory; what is not there does not count. */
export function sourcesOfProduct({ file: { data }, overlays }: Product): readonly string[] {
  return [
    PRODUCT_FILE,
    'packages.lock.json',
    'scripts.yaml',
    'targets',
    ...overlays.flatMap((overlay) => [overlay.path, `${overlay.path}.yaml`]),
    ...(data.services ?? []),
    ...(data.cloudConfig === undefined ? [] : [data.cloudConfig]),
  ];
}
