import type { Artifact, InputRef, PackagePin } from '../core/step.ts';
import { type LayerOptions, layer } from '../steps/layer/step.ts';
import type { BuildContext } from './context.ts';
import { packageInputs } from './packages.ts';

/** A canonical tar of one concern, by the name it has in the running system. */
export interface Layer {
  readonly name: string;
  readonly tar: Artifact<'tar'>;
  /** Which package each file is from. */
  readonly contents: Artifact<'json'>;
}

/** What a layer is made of, beyond options: packages of the lock, and one overlay folder. */
export interface LayerSpec {
  readonly name: string;
  readonly packages?: readonly PackagePin[];
  /** Name of a folder in `overlays/`, laid over the packages with the rules beside it. */
  readonly overlay?: string;
  /** Single files, 0644, by their paths in the tree. */
  readonly files?: { readonly [path: string]: InputRef };
  /** Tars whose files are laid over the packages as they are, by a name for errors. */
  readonly trees?: { readonly [name: string]: Artifact<'tar'> };
  readonly options?: Omit<LayerOptions, 'packages' | 'overlays'>;
}

/** Composes one layer. */
export function composeLayer(context: BuildContext, spec: LayerSpec): Layer {
  const { name, packages = [], trees = {}, files = {} } = spec;
  const overlay = spec.overlay === undefined ? undefined : overlayOf(context, spec.overlay);
  const { tar, contents } = layer(context.graph, {
    title: `layer ${name}`,
    inputs: { ...packageInputs(context, packages), overlay: { ...overlay?.inputs, ...trees }, file: files },
    options: {
      ...spec.options,
      packages: packages.map((pin) => pin.name),
      overlays: [...Object.keys(trees).map((tree) => ({ name: tree })), ...(overlay?.options.overlays ?? [])],
      directories: [...(overlay?.options.directories ?? []), ...(spec.options?.directories ?? [])],
      links: [...(overlay?.options.links ?? []), ...(spec.options?.links ?? [])],
      replaces: [...(overlay?.options.replaces ?? []), ...(spec.options?.replaces ?? [])],
    },
  });
  return { name, tar, contents };
}

/** A folder of `overlays/`, and the rules of `overlays/<name>.yaml` in a layer's terms. */
function overlayOf(
  context: BuildContext,
  name: string,
): { readonly inputs: { readonly [name: string]: InputRef }; readonly options: LayerOptions } {
  const rules = context.overlayRules(name);
  const paths = [...new Set([...Object.keys(rules.modes), ...Object.keys(rules.owners)])];
  return {
    inputs: { [name]: { from: 'repository', path: `overlays/${name}` } },
    options: {
      overlays: [{ name, rules: paths.map((path) => ({ path, mode: rules.modes[path], ...rules.owners[path] })) }],
      directories: Object.entries(rules.directories).map(([path, directory]) => ({ path, ...directory })),
      links: Object.entries(rules.links).map(([path, target]) => ({ path, target })),
      replaces: rules.replaces,
    },
  };
}
