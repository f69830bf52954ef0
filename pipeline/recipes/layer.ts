import type { Artifact, InputRef, PackagePin } from '../core/step.ts';
import type { LayerOptions, OverlayChoice } from '../steps/layer/step.ts';
import { asJson, type BuildContext } from './context.ts';
import { unpackedPackage } from './packages.ts';

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
  const inputs: { [name: string]: InputRef } = {};
  for (const pin of spec.packages ?? []) {
    const unpacked = unpackedPackage(context, pin);
    inputs[`package/${pin.name}`] = unpacked.data;
    inputs[`control/${pin.name}`] = unpacked.control;
  }
  const overlay: Partial<ReturnType<typeof overlayOptions>> =
    spec.overlay === undefined ? {} : overlayOptions(context, spec.overlay);
  if (spec.overlay !== undefined)
    inputs[`overlay/${spec.overlay}`] = { from: 'repository', path: `overlays/${spec.overlay}` };
  for (const [name, tree] of Object.entries(spec.trees ?? {})) inputs[`overlay/${name}`] = tree;
  for (const [path, file] of Object.entries(spec.files ?? {})) inputs[`file/${path}`] = file;
  const options: LayerOptions = {
    ...spec.options,
    packages: (spec.packages ?? []).map(({ name }) => ({ name })),
    overlays: [...Object.keys(spec.trees ?? {}).map((name) => ({ name })), ...(overlay.overlays ?? [])],
    directories: [...(overlay.directories ?? []), ...(spec.options?.directories ?? [])],
    links: [...(overlay.links ?? []), ...(spec.options?.links ?? [])],
    replaces: [...(overlay.replaces ?? []), ...(spec.options?.replaces ?? [])],
  };
  const { tar, contents } = context.graph.add({
    title: `layer ${spec.name}`,
    action: { type: 'builtin', writer: 'layer', options: asJson(options) },
    inputs,
    outputs: { tar: 'tar', contents: 'json' },
  });
  return { name: spec.name, tar, contents };
}

/** The rules of `overlays/<name>.yaml` in the layer writer's terms. */
function overlayOptions(
  context: BuildContext,
  name: string,
): Pick<LayerOptions, 'overlays' | 'directories' | 'links'> & { readonly replaces: readonly string[] } {
  const rules = context.overlayRules(name);
  const paths = [...new Set([...Object.keys(rules.modes), ...Object.keys(rules.owners)])];
  const overlay: OverlayChoice = {
    name,
    rules: paths.map((path) => ({ path, mode: rules.modes[path], ...rules.owners[path] })),
  };
  return {
    overlays: [overlay],
    directories: Object.entries(rules.directories).map(([path, directory]) => ({ path, ...directory })),
    links: Object.entries(rules.links).map(([path, target]) => ({ path, target })),
    replaces: rules.replaces,
  };
}
