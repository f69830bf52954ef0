import { fieldsOf, listOf, pathOf, refuse } from '../../../trees/decode.ts';
import { textNode } from '../../../trees/made-node.ts';
import { mergedPath } from '../../../trees/relocate.ts';
import type { Effect } from '../effect.ts';

/** What `add-shell` does. Options: `{shells: [paths]}`, in the order of `/etc/shells`; each must be in the layer. */
export const shells: Effect = ({ nodes, options, epoch }) => {
  const { value } = fieldsOf(options, 'the effect shells', ['shells']);
  const paths = listOf(value['shells'], 'shells', pathOf);
  const missing = paths.find((path) => !nodes.has(mergedPath(path)));
  if (missing !== undefined) throw refuse(`The effect shells names /${missing}, which the layer does not have.`);
  const text = `# /etc/shells: valid login shells\n${paths.map((path) => `/${path}\n`).join('')}`;
  return { put: [textNode('etc/shells', text, { epoch })] };
};
