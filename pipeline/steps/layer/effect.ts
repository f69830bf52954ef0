import type { Json } from '../../core/json.ts';
import type { Node } from '../../trees/node.ts';

/** What an effect sees: the layer as packages, overlays and files made it, and the effects before it. */
export interface EffectView {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly options: Json;
  /** Seconds since 1970. */
  readonly epoch: number;
}

/** What an effect makes: nodes to add (one that is there already must be declared as replaced). */
export interface EffectResult {
  readonly put: readonly Omit<Node, 'owner'>[];
}

/** What a maintainer script would have done, as a pure function over the tree. Throws `configuration` or `wrong-bytes`. */
export type Effect = (view: EffectView) => EffectResult;
