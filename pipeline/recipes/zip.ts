import type { Artifact } from '../core/step.ts';
import { gzipCompressed } from '../steps/gzip/step.ts';
import type { Stream } from '../steps/kit/stream.ts';
import { zip } from '../steps/zip/step.ts';
import type { BuildContext } from './context.ts';
import { toolsOf } from './tool-image.ts';

/** A ZIP of one file, which gzip packs. */
export function zipOf(
  context: BuildContext,
  title: string,
  member: { readonly name: string } & Stream,
): Artifact<'zip'> {
  const { name, pieces } = member;
  const gzip = gzipCompressed(toolsOf(context), `gzip ${name}`, member, 6);
  return zip(context.graph, { title, inputs: { gzip: { [name]: gzip }, pieces: { [name]: pieces } }, options: {} }).zip;
}
