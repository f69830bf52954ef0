import type { Artifact } from '../../core/step.ts';
import type { Graph } from '../../graph/graph.ts';
import { defineOpenWriter } from '../kit/define.ts';
import { outputNamed } from '../kit/output.ts';
import type { write } from './write.ts';

/** One tar of several layers in which each path is once, in parts. */
export interface MergedTar {
  readonly inputs: { readonly layer: { readonly [name: string]: Artifact<'tar'> } };
  /** Names of the layers from the lowest to the highest. */
  readonly options: { readonly layers: readonly string[] };
  /** Of each layer `pieces-<name>`: pieces of that layer's tar alone, by its name. One after another they are the tar. */
  readonly outputs: { readonly [output: `pieces-${string}`]: 'pieces' };
}

const add = defineOpenWriter<typeof write>('merged-tar');

/** The part that each layer, from the lowest to the highest, has in one tar of them all. */
export function mergedTar(
  graph: Graph,
  {
    title,
    layers,
  }: { readonly title: string; readonly layers: readonly { readonly name: string; readonly tar: Artifact<'tar'> }[] },
): readonly { readonly name: string; readonly tar: Artifact<'tar'>; readonly pieces: Artifact<'pieces'> }[] {
  const handles: { readonly [output: string]: Artifact<'pieces'> } = add(graph, {
    title,
    inputs: { layer: Object.fromEntries(layers.map(({ name, tar }) => [name, tar])) },
    options: { layers: layers.map(({ name }) => name) },
    outputs: Object.fromEntries(layers.map(({ name }) => [`pieces-${name}` as const, 'pieces' as const])),
  });
  return layers.map(({ name, tar }) => ({ name, tar, pieces: outputNamed(handles, `pieces-${name}`) }));
}
