import type { Medium } from '../core/medium.ts';
import type { Artifact } from '../core/step.ts';
import type { DiskParts } from '../steps/kit/disk-parts.ts';
import type { Stream } from '../steps/kit/stream.ts';
import { measuredDisk } from '../steps/measured-disk/step.ts';
import type { BuildContext } from './context.ts';

/** A stream of a disk, and what is on that. */
export interface MediumStream extends Stream {
  readonly medium: Pick<Medium, 'contents' | 'measures' | 'platform'>;
}

/** The digest of a disk, which verify compares with what it finds in the container. `name` is for people. */
export function measuresOf(
  context: BuildContext,
  parts: DiskParts,
  { name, sizeMiB }: { readonly name: string; readonly sizeMiB?: number | undefined },
): Artifact<'json'> {
  return measuredDisk(context.graph, { title: `measures of ${name}`, inputs: parts, options: { sizeMiB } }).measures;
}
