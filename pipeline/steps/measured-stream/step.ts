import type { Artifact } from '../../core/step.ts';
import type { Graph } from '../../graph/graph.ts';
import { defineWriter } from '../kit/define.ts';
import { flatInputs, type InputGroup } from '../kit/kind.ts';
import type { Stream } from '../kit/stream.ts';
import type { write } from './write.ts';

/** What streams are, one after another, by their digest: `Measures` as JSON. */
export interface MeasuredStream {
  readonly inputs: {
    readonly pieces: { readonly [position: string]: Artifact<'pieces'> };
    /** What the pieces are of. A name stands for the same in all streams. */
    readonly part: InputGroup;
  };
  /** `lists`: members of `pieces` in their order. */
  readonly options: { readonly lists: readonly string[]; readonly as: 'disk' | 'tar' };
  readonly outputs: { readonly measures: 'json' };
}

const add = defineWriter<typeof write>('measured-stream', { measures: 'json' });

/** Measures streams that are joined to one. */
export function measuredStream(
  graph: Graph,
  { title, streams, as }: { readonly title: string; readonly streams: readonly Stream[]; readonly as: 'disk' | 'tar' },
): Artifact<'json'> {
  const lists = streams.map(({ pieces }, index): [string, Artifact<'pieces'>] => [String(index), pieces]);
  return add(graph, {
    title,
    inputs: {
      pieces: Object.fromEntries(lists),
      part: Object.assign({}, ...streams.map(({ parts }) => flatInputs(parts))) as InputGroup,
    },
    options: { lists: lists.map(([name]) => name), as },
  }).measures;
}
