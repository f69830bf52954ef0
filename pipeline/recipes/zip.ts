import type { Artifact } from '../core/step.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import type { BuildContext } from './context.ts';
import { gzipCompressed } from './gzip.ts';
import type { Stream } from './stream.ts';

/** A ZIP of one file, which gzip packs. */
export function zipOf(
  context: BuildContext,
  name: string,
  member: { readonly name: string } & Stream,
): Artifact<'zip'> {
  const packed = gzipCompressed(context, `gzip ${member.name}`, member, 6);
  return context.graph.add({
    title: name,
    action: { type: 'builtin', writer: 'zip', options: { seconds: BUILD_EPOCH } },
    inputs: { [`gzip/${member.name}`]: packed, [`pieces/${member.name}`]: member.pieces },
    outputs: { zip: 'zip' },
  }).zip;
}
