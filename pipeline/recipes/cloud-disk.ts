import type { BuildContext } from './context.ts';
import { type ComposableDisk, installedDisk, likeDisk } from './disk.ts';
import { liveSystem } from './system.ts';

/** Name of the disk that all clouds' are like: that of the target amd64, which has no words of a platform. */
const PATTERN = 'amd64';

/** The installed disk of a cloud that has no programs of its own: only kernel arguments, such as the datasource to ask. */
export function cloudDisk(
  context: BuildContext,
  { name, append }: { readonly name: string; readonly append: string },
): ComposableDisk {
  const pattern = installedDisk(context, liveSystem(context, 'amd64'), { name: PATTERN });
  return likeDisk(context, { name, append, pattern });
}
