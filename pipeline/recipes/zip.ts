import type { Artifact } from '../core/step.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import type { BuildContext } from './context.ts';
import type { Stream } from './stream.ts';
import { toolStep } from './tool-step.ts';

/** A ZIP of one file. The pinned gzip packs it: what Node's own zlib writes changes with its version. */
export function zipOf(
  context: BuildContext,
  name: string,
  member: { readonly name: string } & Stream,
): Artifact<'zip'> {
  const packed = toolStep(context, {
    title: `gzip ${member.name}`,
    inputs: { ...member.parts, pieces: member.pieces },
    output: { name: 'gzip', kind: 'gzip' },
    commands: [{ argv: ['gzip', '-n', '-6'], pieces: '/in/pieces', stdout: '/out/gzip' }],
  });
  return context.graph.add({
    title: name,
    action: { type: 'builtin', writer: 'zip', options: { seconds: BUILD_EPOCH } },
    inputs: { [`gzip/${member.name}`]: packed, [`pieces/${member.name}`]: member.pieces },
    outputs: { zip: 'zip' },
  }).zip;
}
