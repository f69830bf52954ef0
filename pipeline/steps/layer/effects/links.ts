import { resolveTarget } from '../../../formats/member-path.ts';
import { mapOf, pathOf, refuse, stringOf } from '../../../trees/decode.ts';
import { linkNode } from '../../../trees/made-node.ts';
import { mergedPath } from '../../../trees/relocate.ts';
import type { Effect } from '../effect.ts';

/**
 * What `update-alternatives` does, without its detour through `/etc/alternatives`. Options: a mapping from path to target, e.g.
 * `usr/bin/awk: mawk`. Unlike the layer's `links`, each target must be in the layer.
 */
export const links: Effect = ({ nodes, options, epoch }) => {
  const put = Object.entries(mapOf(options, 'the effect links', stringOf)).map(([name, target]) => {
    const path = pathOf(name, 'the effect links');
    const resolved = resolveTarget(path, target);
    if (resolved === undefined || !nodes.has(mergedPath(resolved))) {
      throw refuse(`The effect links makes /${path} -> ${target}, but the layer has no /${resolved ?? target}.`);
    }
    return linkNode(path, target, epoch);
  });
  return { put };
};
