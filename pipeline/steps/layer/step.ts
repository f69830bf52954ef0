import type { Accounts } from '../../core/accounts.ts';
import type { Artifact } from '../../core/step.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Node } from '../../trees/node.ts';
import { defineOpenWriter } from '../kit/define.ts';
import type { InputGroup } from '../kit/kind.ts';
import type { Declaration } from './declarations.ts';
import type { write } from './write.ts';

/** Composes one layer: a tree of packages, overlays and single files. */
export interface LayerStep {
  readonly inputs: {
    /** Outputs of `unpack-deb` by the packages' names. */
    readonly package: { readonly [name: string]: Artifact<'tar'> };
    readonly control: { readonly [name: string]: Artifact<'json'> };
    /** Tars, or folders of this repository, by names for errors. */
    readonly overlay: InputGroup;
    /** Single files, 0644, by their paths in the tree. */
    readonly file: InputGroup;
  };
  readonly options: LayerOptions;
  /** `tar`: canonical; `contents`: a `LayerContents` as JSON. */
  readonly outputs: { readonly tar: 'tar' | 'tool-image'; readonly contents: 'json' };
}

/** What is composed, and how. Paths are relative to the root, patterns are those of `Globs`, modes are numbers. */
export type LayerOptions = {
  /** Names in the order in which they are laid over each other, each once. */
  readonly packages?: readonly string[] | undefined;
  /** Only these paths of all packages (patterns; copyright files always stay). None: everything. */
  readonly keep?: readonly string[] | undefined;
  /** Not these paths of any package (patterns; copyright files always stay). Copyright aside, `drop` wins over `keep`. */
  readonly drop?: readonly string[] | undefined;
  /** In order, after the packages. */
  readonly overlays?: readonly OverlayChoice[] | undefined;
  /** Small text files. */
  readonly files?: readonly (Access & { readonly path: string; readonly text: string })[] | undefined;
  readonly directories?: readonly (Access & { readonly path: string })[] | undefined;
  readonly links?: readonly { readonly path: string; readonly target: string }[] | undefined;
  /** In order. */
  readonly effects?: readonly EffectChoice[] | undefined;
  /** Applied last; each path must exist. */
  readonly modes?: readonly (Access & { readonly path: string })[] | undefined;
  /** Links of the root to `usr/<name>` that this layer carries. One layer of a tree declares them. */
  readonly usrMergeLinks?: readonly ('bin' | 'sbin' | 'lib' | 'lib32' | 'lib64' | 'libx32')[] | undefined;
  /** Writes the database of dpkg, as if it had installed the packages, in place of `status.d`. */
  readonly dpkgDatabase?: boolean | undefined;
  /** Paths (patterns) that a later source may take over from an earlier one. */
  readonly replaces?: readonly string[] | undefined;
};

export type OverlayChoice = {
  readonly name: string;
  /** Later rules win. Each must match something. Without one: root's, 0755 for folders and executable files, else 0644. */
  readonly rules?: readonly (Access & { readonly path: string })[] | undefined;
};

/** Who may do what with a file; what is left out stays as it is. */
export type Access = {
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
};

/** What a maintainer script would have done (`effects/`). */
export type EffectChoice =
  /** What `adduser`, `addgroup` and sysusers.d would have added to the tables that the layer has. */
  | ({ readonly effect: 'accounts' } & Accounts)
  | { readonly effect: 'ca-bundle' }
  /** The lines of `/etc/shells`, without their first slash; each must be in the layer. */
  | { readonly effect: 'shells'; readonly shells: readonly string[] };

/** What is in a layer and where it comes from: for the SBOM, tables of sizes, and what to say of conflicts. */
export type LayerContents = {
  readonly packages: readonly PackageShare[];
  /** Every path, sorted. */
  readonly entries: readonly ContentsEntry[];
  /** Bytes of file contents, each hard-linked file once. */
  readonly bytes: number;
  /** What packages declare for systemd, also where the files themselves were dropped. */
  readonly declarations: readonly Declaration[];
};

type PackageShare = {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** How many paths of the layer come from it, folders not counted. */
  readonly files: number;
  /** Bytes of their contents, hard links once. */
  readonly bytes: number;
  readonly conffiles: readonly string[];
};

export type ContentsEntry = {
  readonly path: string;
  readonly type: Node['type'];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** `package curl`, `overlay base`, `file …`, `effect …`, `implied`. */
  readonly owner: string;
};

const add = defineOpenWriter<typeof write>('layer');

export const NO_INPUTS: LayerStep['inputs'] = { package: {}, control: {}, overlay: {}, file: {} };

/** What a layer is made of, without what it needs none of. */
export interface LayerSpec {
  readonly title: string;
  readonly inputs: { readonly [group in keyof LayerStep['inputs']]?: LayerStep['inputs'][group] };
  readonly options: LayerOptions;
}

/** Adds a layer of the system. */
export function layer(
  graph: Graph,
  { inputs, ...spec }: LayerSpec,
): { readonly tar: Artifact<'tar'>; readonly contents: Artifact<'json'> } {
  return add(graph, { ...spec, inputs: { ...NO_INPUTS, ...inputs }, outputs: { tar: 'tar', contents: 'json' } });
}
