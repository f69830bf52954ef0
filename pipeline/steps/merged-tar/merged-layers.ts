import type { Node } from '../../trees/node.ts';

/** A layer's nodes, by its name. */
export interface NamedLayer {
  readonly name: string;
  readonly nodes: readonly Node[];
}

/**
 * What each layer brings to one tree of them all, given from the lowest to the highest: of a path that several have, the highest's, as
 * overlayfs shows it. A folder stands with the lowest layer that has it, so that it comes before what lies in it, with the mode and owner of
 * the highest; something else in its place covers whatever lower layers have in it. So each path is there once.
 */
export function mergedLayers(layers: readonly NamedLayer[]): readonly NamedLayer[] {
  const tree = new Map<string, { readonly node: Node; readonly layer: string }>();
  for (const { name, nodes } of layers) {
    for (const node of nodes) {
      const below = tree.get(node.path);
      const isFolder = node.type === 'directory';
      if (below?.node.type === 'directory' && !isFolder) removeBelow(tree, node.path);
      const stays = below?.node.type === 'directory' && isFolder;
      tree.set(node.path, { node, layer: stays ? below.layer : name });
    }
  }
  return layers.map(({ name, nodes }) => ({
    name,
    nodes: nodes.flatMap(({ path }) => {
      const top = tree.get(path);
      return top?.layer === name ? [top.node] : [];
    }),
  }));
}

function removeBelow(tree: Map<string, unknown>, folder: string): void {
  for (const path of [...tree.keys()]) if (path.startsWith(`${folder}/`)) tree.delete(path);
}
