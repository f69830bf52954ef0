import type { Artifact } from '../core/step.ts';
import { gzipCompressed } from '../steps/gzip/step.ts';
import { zip } from '../steps/zip/step.ts';
import type { BuildContext } from './context.ts';
import type { MediumStream } from './medium.ts';
import { toolsOf } from './tool-image.ts';

/** A ZIP of one file, which gzip packs. */
export function zipOf(
  context: BuildContext,
  title: string,
  member: { readonly name: string } & MediumStream,
): Artifact<'zip'> {
  const { name, pieces } = member;
  const gzip = gzipCompressed(toolsOf(context), `gzip ${name}`, member, 6);
  const inputs = { gzip: { [name]: gzip }, pieces: { [name]: pieces } };
  const file = zip(context.graph, { title, inputs, options: {} }).zip;
  context.describe(file, { kind: 'card-zip', ...member.medium });
  return file;
}
