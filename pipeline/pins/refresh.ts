import type { PackagePin } from '../core/step.ts';
import type { PinsOptions } from './context.ts';
import { pinsFiles } from './context.ts';
import { hasPackages, type ProductRequest, productFiles, readProductLock } from './product-pins.ts';
import { updateProductPins } from './product-update.ts';
import { type PinsUpdate, updatePins } from './update.ts';

/**
 * For a locked package that the archives no longer have (`PackageGone`): locks its newest version with what that needs, writes the
 * lock, and warns of each change. The guard on scripts holds here as ever. The caller builds anew from the new lock. A project's own package is
 * locked anew in the project; where it is one of the release, the project's are chosen again above it.
 */
export async function refreshGone(
  pin: PackagePin,
  { product, ...options }: PinsOptions & { readonly product?: ProductRequest | undefined },
): Promise<PinsUpdate> {
  const own = hasPackages(product) && (await isOwn(pin, product)) ? product : undefined;
  const { shownAs } = own ? productFiles(own).lock : pinsFiles(options.projectFolder).lock;
  options.report({
    type: 'note',
    level: 'warning',
    message: `${pin.name} ${pin.version} is no longer in the archive: its newest version is locked. This build will differ from others of this commit; commit the new ${shownAs}, or build with --frozen.`,
  });
  const moves = [pin.name];
  const update = own
    ? await updateProductPins({ ...options, product: own, moves })
    : await updatePins({ ...options, moves });
  for (const change of update.changes) options.report({ type: 'note', level: 'warning', message: change });
  if (!own && hasPackages(product)) await updateProductPins({ ...options, product, moves: [] });
  return update;
}

async function isOwn({ name, version }: PackagePin, product: ProductRequest): Promise<boolean> {
  const locked = Object.values((await readProductLock(product))?.arches ?? {});
  return locked.some(({ packages }) => packages[`${name}=${version}`] !== undefined);
}
