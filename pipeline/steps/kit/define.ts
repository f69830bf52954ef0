import type { Json } from '../../core/json.ts';
import type { Graph, OutputsOf } from '../../graph/graph.ts';
import { flatInputs, type StepKind } from './kind.ts';
import type { KindName } from './kind-names.ts';
import type { WriterOf } from './writer.ts';

/** The kind that a writer is of. */
export type KindOf<W> = W extends WriterOf<infer K> ? K : never;

/** What a recipe says of one step. */
export interface StepSpec<K extends StepKind> {
  /** What a person reads in progress and errors. */
  readonly title: string;
  readonly inputs: K['inputs'];
  readonly options: K['options'];
}

/** Adds steps of one kind to a graph, and gives handles to their outputs. */
export type AddStep<K extends StepKind> = (graph: Graph, spec: StepSpec<K>) => OutputsOf<K['outputs']>;

/** The same for a kind whose outputs, or what they are, differ from step to step. */
export type AddOpenStep<K extends StepKind> = <const O extends K['outputs']>(
  graph: Graph,
  spec: StepSpec<K> & { readonly outputs: O },
) => OutputsOf<O>;

/**
 * Declares a kind of step that our own code performs. `W` is the type of `write` in the `write.ts` beside it, so that what recipes say is
 * what that code is given. `name` is the name of the directory.
 */
export function defineWriter<W>(name: KindName, outputs: KindOf<W>['outputs']): AddStep<KindOf<W>> {
  const add = defineOpenWriter<W>(name);
  return (graph, spec) => add(graph, { ...spec, outputs });
}

/** Declares a kind whose outputs each step names. `kind`: where code of another directory performs it, the name of its own. */
export function defineOpenWriter<W>(name: KindName, kind = name): AddOpenStep<KindOf<W>> {
  return (graph, { title, inputs, options, outputs }) =>
    graph.add({
      kind,
      title,
      action: { type: 'builtin', writer: name, options: options as Json },
      inputs: flatInputs(inputs),
      outputs,
    });
}
