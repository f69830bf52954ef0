import type { Artifact } from '../core/step.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import type { BuildContext } from './context.ts';
import { toolStep } from './tool-step.ts';

/** A ZIP of one file. The pinned gzip packs it: what Node's own zlib writes changes with its version. */
export function zipOf(
  context: BuildContext,
  name: string,
  member: { readonly name: string; readonly file: Artifact },
): Artifact<'zip'> {
  const packed = toolStep(context, {
    title: `gzip ${member.name}`,
    inputs: { file: member.file },
    output: { name: 'gzip', kind: 'gzip' },
    commands: [{ argv: ['gzip', '-n', '-6'], stdin: '/in/file', stdout: '/out/gzip' }],
  });
  return context.graph.add({
    title: name,
    action: { type: 'builtin', writer: 'zip', options: { seconds: BUILD_EPOCH } },
    inputs: { [`gzip/${member.name}`]: packed, [`file/${member.name}`]: member.file },
    outputs: { zip: 'zip' },
  }).zip;
}
