import type { Failure } from '../../core/failure.ts';
import { resolveTarget } from '../../formats/member-path.ts';
import { Globs } from '../../trees/glob.ts';
import type { Node } from '../../trees/node.ts';
import { differenceOf } from '../../trees/tree.ts';
import { pathInTwoLayers } from './messages.ts';

/** Layers as overlayfs shows them: of one path the highest layer's. */
export interface Stack {
  readonly nodes: ReadonlyMap<string, Node>;
  /** Sentences about paths that two layers have without leave. */
  readonly conflicts: readonly Failure[];
  /** Paths that a higher layer covers, all of them allowed. */
  readonly covered: readonly { readonly path: string; readonly by: string; readonly from: string }[];
}

/** Lays layers over each other. `owner` of each node names its layer and source. */
export function stackLayers(
  layers: readonly { readonly name: string; readonly nodes: readonly Node[] }[],
  replaces: readonly string[],
): Stack {
  const allowed = new Globs(replaces);
  const nodes = new Map<string, Node>();
  const from = new Map<string, string>();
  const conflicts: Failure[] = [];
  const covered: { path: string; by: string; from: string }[] = [];
  for (const layer of layers) {
    for (const node of layer.nodes) {
      const before = nodes.get(node.path);
      const below = from.get(node.path) ?? '';
      nodes.set(node.path, node);
      from.set(node.path, layer.name);
      if (!before) continue;
      const difference = differenceOf(before, node);
      if (before.type === 'directory' && node.type === 'directory' && difference === undefined) continue;
      if (allowed.matches(node.path)) covered.push({ path: node.path, by: layer.name, from: below });
      else conflicts.push(pathInTwoLayers(node.path, [below, layer.name], difference));
    }
  }
  return { nodes, conflicts, covered };
}

/** As many links as Linux follows (ELOOP). */
const LINK_LIMIT = 40;

/**
 * What a path leads to when the tree is the root file system, links followed in every part of it; `undefined` where it leads nowhere.
 */
export function followed(nodes: ReadonlyMap<string, Node>, wanted: string): Node | undefined {
  let links = 0;
  let rest = wanted.split('/').filter((part) => part !== '');
  let at = '';
  while (rest.length > 0) {
    const [part = '', ...after] = rest;
    const path = at === '' ? part : `${at}/${part}`;
    const node = nodes.get(path);
    if (!node) return undefined;
    if (node.type === 'symlink') {
      links += 1;
      const target = resolveTarget(path, node.target ?? '');
      if (links > LINK_LIMIT || target === undefined) return undefined;
      rest = [...target.split('/').filter((each) => each !== ''), ...after];
      at = '';
    } else {
      at = path;
      rest = after;
    }
  }
  return nodes.get(at);
}
