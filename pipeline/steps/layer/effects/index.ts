import type { Node } from '../../../trees/node.ts';
import type { EffectChoice } from '../step.ts';
import { accounts } from './accounts.ts';
import { caBundle } from './ca-bundle.ts';
import { shells } from './shells.ts';

/**
 * What a maintainer script would have done to a layer as packages, overlays, files and the effects before it made it: nodes to add. One
 * that is there already must be declared as replaced. Throws `configuration` or `wrong-bytes`.
 */
export function nodesOfEffect(
  choice: EffectChoice,
  nodes: ReadonlyMap<string, Node>,
  epoch: number,
): readonly Omit<Node, 'owner'>[] {
  switch (choice.effect) {
    case 'accounts':
      return accounts(nodes, choice, epoch);
    case 'ca-bundle':
      return [caBundle(nodes, epoch)];
    case 'shells':
      return [shells(nodes, choice.shells, epoch)];
  }
}
