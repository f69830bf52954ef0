import type { Artifact, InputRef } from '../../core/step.ts';
import type { Graph } from '../../graph/graph.ts';
import { defineOpenWriter } from '../kit/define.ts';
import type { InputGroup } from '../kit/kind.ts';
import type { write } from './write.ts';

/** Packs trees and single files as a newc archive for the kernel. */
export interface Cpio {
  readonly inputs: {
    /** Tars by names for errors. */
    readonly tree: { readonly [name: string]: Artifact<'tar'> };
    /** Single files by their paths. */
    readonly file: InputGroup;
    /** Another archive, which this one follows in the output. */
    readonly after?: InputRef | undefined;
  };
  readonly options: {
    /** Names of the trees in their order. */
    readonly trees: readonly string[];
    /** Modes of single files by their paths; 0644 where none is given. */
    readonly modes: { readonly [path: string]: number };
    readonly links: readonly { readonly path: string; readonly target: string }[];
  };
  readonly outputs: { readonly cpio: 'cpio' | 'initrd' };
}

const add = defineOpenWriter<typeof write>('cpio');

/** Adds an archive of the kind `kind`. */
export function cpio<K extends 'cpio' | 'initrd'>(
  graph: Graph,
  spec: {
    readonly title: string;
    readonly kind: K;
    readonly trees?: Cpio['inputs']['tree'];
    readonly files: InputGroup;
    readonly modes?: Cpio['options']['modes'];
    readonly links?: Cpio['options']['links'];
    readonly after?: InputRef;
  },
): Artifact<K> {
  const { title, kind, trees = {}, files, modes = {}, links = [], after } = spec;
  return add(graph, {
    title,
    inputs: { tree: trees, file: files, after },
    options: { trees: Object.keys(trees), modes, links },
    outputs: { cpio: kind },
  }).cpio;
}
