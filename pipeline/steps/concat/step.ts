import type { Artifact, ArtifactKind } from '../../core/step.ts';
import type { Graph } from '../../graph/graph.ts';
import { defineOpenWriter } from '../kit/define.ts';
import type { InputGroup } from '../kit/kind.ts';
import type { write } from './write.ts';

/** Files one after another as one. */
export interface Concat {
  readonly inputs: { readonly part: InputGroup };
  /** Members of `part` in their order. */
  readonly options: { readonly parts: readonly string[] };
  readonly outputs: { readonly file: ArtifactKind };
}

const concat = defineOpenWriter<typeof write>('concat');

/** Files one after another as one of the kind `kind`. */
export function concatenated<K extends ArtifactKind>(
  graph: Graph,
  { title, parts, kind }: { readonly title: string; readonly parts: readonly Artifact[]; readonly kind: K },
): Artifact<K> {
  const members = parts.map((part, index): [string, Artifact] => [String(index), part]);
  return concat(graph, {
    title,
    inputs: { part: Object.fromEntries(members) },
    options: { parts: members.map(([name]) => name) },
    outputs: { file: kind },
  }).file;
}
