import type { PackagePin } from '../core/step.ts';
import type { PinsOptions } from './context.ts';
import { pinsFiles } from './context.ts';
import { type PinsUpdate, updatePins } from './update.ts';

/**
 * For a locked package that the archives no longer have (`PackageGone`): locks its newest version with what that needs, writes the
 * lock, and warns of each change. The guard on scripts holds here as ever. The caller builds anew from the new lock.
 */
export async function refreshGone(pin: PackagePin, options: PinsOptions): Promise<PinsUpdate> {
  const { shownAs } = pinsFiles(options.projectFolder).lock;
  options.report({
    type: 'note',
    level: 'warning',
    message: `${pin.name} ${pin.version} is no longer in the archive: its newest version is locked. This build will differ from others of this commit; commit the new ${shownAs}, or build with --frozen.`,
  });
  const update = await updatePins({ ...options, moves: [pin.name] });
  for (const change of update.changes) options.report({ type: 'note', level: 'warning', message: change });
  return update;
}
