import type { Writer } from '../../core/writer.ts';
import { resolveTarget } from '../../formats/member-path.ts';
import { writeOutput } from '../../io/output-file.ts';
import { fieldsOf, mapOf, pathOf, refuse } from '../../trees/decode.ts';
import type { Content, Node } from '../../trees/node.ts';
import { mergedPath } from '../../trees/relocate.ts';
import { nodesOf } from '../../trees/tar-in.ts';
import { Inputs, outputOf } from '../kit/inputs.ts';

/** Output name → path in the tar. Links inside the tar are followed. */
export type SelectOptions = {
  readonly files: { readonly [output: string]: string };
};

/** As many links as Linux follows (ELOOP). */
const LINK_LIMIT = 40;

/** Picks files out of a tar. Input: `tar`. Options: `SelectOptions`. Outputs: those that `files` names. */
export const write: Writer = async (job) => {
  const { value } = fieldsOf(job.options, 'options', ['files']);
  const files = mapOf(value['files'], 'options.files', pathOf);
  const inputs = new Inputs(job);
  try {
    const nodes = new Map(nodesOf(inputs.open('tar'), 'the tar').map((node) => [mergedPath(node.path), node]));
    for (const [output, path] of Object.entries(files)) {
      const content = contentAt(nodes, path);
      writeOutput(outputOf(job, output), (out) => {
        out.copy(content.source, content.offset, content.size);
      });
    }
  } finally {
    inputs.close();
  }
};

function contentAt(nodes: ReadonlyMap<string, Node>, wanted: string): Content {
  let path = mergedPath(wanted);
  for (let step = 0; step < LINK_LIMIT; step += 1) {
    const node = nodes.get(path);
    if (node?.content) return node.content;
    if (node?.type !== 'symlink')
      throw refuse(`The tar has no file /${wanted}${node ? `: it is a ${node.type}` : ''}.`, nearMiss(nodes, path));
    path = mergedPath(resolveTarget(path, node.target ?? '') ?? '');
  }
  throw refuse(`/${wanted} leads through more than ${LINK_LIMIT} links.`);
}

/** Files of the same name elsewhere: what was probably meant. */
function nearMiss(nodes: ReadonlyMap<string, Node>, path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found = [...nodes.keys()].filter((other) => other.endsWith(`/${name}`)).slice(0, 3);
  return found.length > 0 ? `It has ${found.map((other) => `/${other}`).join(', ')}.` : undefined;
}
