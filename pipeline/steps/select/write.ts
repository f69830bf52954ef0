import { BuildError } from '../../core/failure.ts';
import { resolveTarget } from '../../formats/member-path.ts';
import { writeOutput } from '../../io/output-file.ts';
import type { Content, Node } from '../../trees/node.ts';
import { mergedPath } from '../../trees/relocate.ts';
import { nodesOf } from '../../trees/tar-in.ts';
import { outputNamed } from '../kit/output.ts';
import { writer } from '../kit/writer.ts';
import * as messages from './messages.ts';
import type { Select } from './step.ts';

/** As many links as Linux follows (ELOOP). */
const LINK_LIMIT = 40;

export const write = writer<Select>(({ inputs, outputs, options: { files } }) => {
  const nodes = new Map(nodesOf(inputs.open('tar'), 'the tar').map((node) => [mergedPath(node.path), node]));
  for (const [output, path] of Object.entries(files)) {
    const content = contentAt(nodes, path);
    writeOutput(outputNamed(outputs, output), (out) => out.copy(content.source, content.offset, content.size));
  }
});

function contentAt(nodes: ReadonlyMap<string, Node>, wanted: string): Content {
  let path = mergedPath(wanted);
  for (let step = 0; step < LINK_LIMIT; step += 1) {
    const node = nodes.get(path);
    if (node?.content) return node.content;
    if (node?.type !== 'symlink')
      throw new BuildError(messages.notAFileOfTar(wanted, { type: node?.type, elsewhere: namesakes(nodes, path) }));
    path = mergedPath(resolveTarget(path, node.target ?? '') ?? '');
  }
  throw new BuildError(messages.tooManyLinks(wanted, LINK_LIMIT));
}

/** Files of the same name elsewhere: what was probably meant. */
function namesakes(nodes: ReadonlyMap<string, Node>, path: string): readonly string[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return [...nodes.keys()].filter((other) => other.endsWith(`/${name}`)).slice(0, 3);
}
