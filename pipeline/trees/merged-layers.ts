import { refuse } from './decode.ts';
import type { Node } from './node.ts';

/** A layer's nodes, by its name. */
export interface NamedLayer {
  readonly name: string;
  readonly nodes: readonly Node[];
}

/**
 * What each layer brings to one tree of them all, given from the lowest to the highest: of a path that several have, the highest's. A folder
 * stands with the lowest layer that has it, so that it comes before what lies in it, with the mode and owner of the highest. So each path is
 * there once, and an archive of the parts one after another unpacks to what overlayfs shows. Throws `configuration` where a file would lie in
 * the place of a folder.
 */
export function mergedLayers(layers: readonly NamedLayer[]): readonly NamedLayer[] {
  const highest = new Map<string, { readonly node: Node; readonly layer: string }>();
  for (const { name, nodes } of layers) {
    for (const node of nodes) {
      const below = highest.get(node.path);
      if (below && (below.node.type === 'directory') !== (node.type === 'directory'))
        throw refuse(
          `/${node.path} is a ${below.node.type} in the layer ${below.layer} and a ${node.type} in ${name}.`,
          'Give one of them another path: an archive of both cannot hold it.',
        );
      highest.set(node.path, { node, layer: name });
    }
  }
  const placed = new Set<string>();
  return layers.map(({ name, nodes }) => ({
    name,
    nodes: nodes.flatMap(({ path, type }) => {
      const top = highest.get(path);
      if (!top || (type === 'directory' ? placed.has(path) : top.layer !== name)) return [];
      placed.add(path);
      return [top.node];
    }),
  }));
}
