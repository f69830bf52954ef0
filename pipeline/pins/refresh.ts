import { compareCodeUnits } from '../core/json.ts';
import type { PackagePin } from '../core/step.ts';
import type { PinsOptions } from './context.ts';
import { pinsFiles } from './context.ts';
import { requireLock } from './fresh-lock.ts';
import type { Lock } from './lock.ts';
import { type PinsUpdate, updatePins } from './update.ts';

/**
 * For a locked package that the archives no longer have (`PackageGone`): resolves the sets that hold it again, with those they stack
 * with, writes the lock, and warns of each change. The guard on scripts holds here as ever. The caller builds anew from the new lock.
 */
export async function refreshGone(pin: PackagePin, options: PinsOptions): Promise<PinsUpdate> {
  const { file, shownAs } = pinsFiles(options.projectFolder).lock;
  const sets = setsWith(await requireLock(file, shownAs), pin);
  options.report({
    type: 'note',
    level: 'warning',
    message: `${pin.name} ${pin.version} is no longer in the archive: resolving ${sets.join(', ')} again. This build will differ from others of this commit; commit the new ${shownAs}, or build with --frozen.`,
  });
  const update = await updatePins({ ...options, only: sets });
  for (const change of update.changes) options.report({ type: 'note', level: 'warning', message: change });
  return update;
}

/** Names of the sets that hold a package, over all architectures. */
function setsWith(lock: Lock, pin: PackagePin): readonly string[] {
  const names = new Set<string>();
  for (const { packages, sets } of Object.values(lock.arches)) {
    for (const [name, set] of Object.entries(sets))
      if (set.packages.some((key) => packages[key]?.digest === pin.digest)) names.add(name);
  }
  return [...names].sort(compareCodeUnits);
}
