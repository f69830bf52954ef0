import type { Artifact } from '../../core/step.ts';
import type { Graph } from '../../graph/graph.ts';
import { defineOpenWriter } from '../kit/define.ts';
import { type LayerSpec, NO_INPUTS } from '../layer/step.ts';
import type { write } from '../layer/write.ts';

const add = defineOpenWriter<typeof write>('layer', 'tool-image');

/** Adds an image that tools run in, composed as a layer is. */
export function toolImageOf(graph: Graph, { inputs, ...spec }: LayerSpec): Artifact<'tool-image'> {
  return add(graph, { ...spec, inputs: { ...NO_INPUTS, ...inputs }, outputs: { tar: 'tool-image', contents: 'json' } })
    .tar;
}
