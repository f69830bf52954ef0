import type { Artifact } from '../../core/step.ts';
import type { Graph } from '../../graph/graph.ts';
import { defineOpenWriter } from '../kit/define.ts';
import type { write } from './write.ts';

/** Picks files out of a tar. */
export interface Select {
  readonly inputs: { readonly tar: Artifact<'tar'> };
  /** Output → path in the tar. Links inside the tar are followed. */
  readonly options: { readonly files: { readonly [output: string]: string } };
  readonly outputs: { readonly [output: string]: 'file' };
}

const select = defineOpenWriter<typeof write>('select');

/** Files of a tar by names of the caller's choice: name → path in the tar. */
export function filesOfTar<Name extends string>(
  graph: Graph,
  spec: {
    readonly title: string;
    readonly tar: Artifact<'tar'>;
    readonly files: { readonly [name in Name]: string };
  },
): { readonly [name in Name]: Artifact<'file'> } {
  const { title, tar, files } = spec;
  const outputs = Object.fromEntries(Object.keys(files).map((name) => [name, 'file'])) as {
    readonly [name in Name]: 'file';
  };
  return select(graph, { title, inputs: { tar }, options: { files }, outputs });
}
