import type { Artifact } from '../core/step.ts';
import { STATE_LABEL } from '../formats/disk-layout.ts';
import { ext4 as ext4Step } from '../steps/ext4/step.ts';
import type { BuildContext } from './context.ts';
import { composeLayer } from './layer.ts';
import { memoized } from './memoized.ts';
import { toolsOf } from './tool-image.ts';

/** Size of a state file system before it grows at the first boot. */
export const DEFAULT_STATE_MIB = 256;

/** Nothing but the folder for configuration, so that the first boot finds it with its mode. */
export const emptyState = memoized((context: BuildContext): Artifact<'tar'> => {
  const options = { directories: [{ path: 'var/lib/rancher/conf', mode: 0o700 }] };
  return composeLayer(context, { name: 'state', options }).tar;
});

/** The state file system of a product. */
export function stateFileSystem(
  context: BuildContext,
  { name, tar, ext4 }: { readonly name: string; readonly tar: Artifact<'tar'>; readonly ext4: Artifact<'text'> },
): Artifact<'ext4'> {
  return ext4Step(toolsOf(context), { title: `state partition ${name}`, label: STATE_LABEL, tar, ext4 });
}
