import { BuildError } from '../../../core/failure.ts';
import { textNode } from '../../../trees/made-node.ts';
import type { Node } from '../../../trees/node.ts';
import { mergedPath } from '../../../trees/relocate.ts';
import { shellMissing } from '../messages.ts';

/** What `add-shell` does: `paths` in the order of `/etc/shells`; each must be in the layer. */
export function shells(nodes: ReadonlyMap<string, Node>, paths: readonly string[], epoch: number): Omit<Node, 'owner'> {
  const missing = paths.find((path) => !nodes.has(mergedPath(path)));
  if (missing !== undefined) throw new BuildError(shellMissing(missing));
  const text = `# /etc/shells: valid login shells\n${paths.map((path) => `/${path}\n`).join('')}`;
  return textNode('etc/shells', text, { epoch });
}
