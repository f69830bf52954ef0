import type { OverlayRules } from '../config/overlay-rules.ts';
import type { Artifact, InputRef, PackagePin } from '../core/step.ts';
import { type LayerOptions, layer, type OverlayChoice } from '../steps/layer/step.ts';
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
  /** Directories of a project that are laid over that in this order. */
  readonly ofProduct?: NonNullable<BuildContext['product']>['overlays'];
  /** Single files, 0644, by their paths in the tree. */
  readonly files?: { readonly [path: string]: InputRef };
  /** Tars whose files are laid over the packages as they are, by a name for errors. */
  readonly trees?: { readonly [name: string]: Artifact<'tar'> };
  readonly options?: Omit<LayerOptions, 'packages' | 'overlays'>;
}

/** Composes one layer. */
export function composeLayer(context: BuildContext, spec: LayerSpec): Layer {
  const { name, packages = [], trees = {}, files = {} } = spec;
  const overlays = [
    ...(spec.overlay === undefined ? [] : [overlayOf(spec.overlay, context.overlayRules(spec.overlay))]),
    ...(spec.ofProduct ?? []).map(({ path, rules }) => overlayOf(path, rules, 'product')),
  ];
  const { tar, contents } = layer(context.graph, {
    title: `layer ${name}`,
    inputs: {
      ...packageInputs(context, packages),
      overlay: { ...Object.fromEntries(overlays.map((each) => [each.choice.name, each.input])), ...trees },
      file: files,
    },
    options: {
      ...spec.options,
      packages: packages.map((pin) => pin.name),
      overlays: [...Object.keys(trees).map((tree) => ({ name: tree })), ...overlays.map(({ choice }) => choice)],
      directories: [...overlays.flatMap(({ directories }) => directories), ...(spec.options?.directories ?? [])],
      links: [...overlays.flatMap(({ links }) => links), ...(spec.options?.links ?? [])],
      replaces: [...overlays.flatMap(({ replaces }) => replaces), ...(spec.options?.replaces ?? [])],
    },
  });
  return { name, tar, contents };
}

interface OverlayParts {
  readonly input: InputRef;
  readonly choice: OverlayChoice;
  readonly directories: NonNullable<LayerOptions['directories']>;
  readonly links: NonNullable<LayerOptions['links']>;
  readonly replaces: readonly string[];
}

/** A directory of `overlays/` or of a project, and the rules of the file beside it in a layer's terms. */
function overlayOf(name: string, rules: OverlayRules, of?: 'product'): OverlayParts {
  const paths = [...new Set([...Object.keys(rules.modes), ...Object.keys(rules.owners)])];
  return {
    input: of ? { from: 'repository', of, path: name } : { from: 'repository', path: `overlays/${name}` },
    choice: {
      // One of a project may have the name of one of ours.
      name: of ? `project/${name}` : name,
      rules: paths.map((path) => ({ path, mode: rules.modes[path], ...rules.owners[path] })),
    },
    directories: Object.entries(rules.directories).map(([path, directory]) => ({ path, ...directory })),
    links: Object.entries(rules.links).map(([path, target]) => ({ path, target })),
    replaces: rules.replaces,
  };
}
