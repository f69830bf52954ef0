import { BuildError } from '../core/failure.ts';
import type { Arch, Artifact, PackagePin } from '../core/step.ts';
import type { LayerSpec } from '../steps/layer/step.ts';
import { filesOfTar } from '../steps/select/step.ts';
import { unpackDeb } from '../steps/unpack-deb/step.ts';
import type { BuildContext } from './context.ts';
import { memoized } from './memoized.ts';
import { packageNotInSet } from './messages.ts';

/** A package taken apart: its files as a canonical tar, and what its control archive says. */
export interface UnpackedPackage {
  readonly name: string;
  readonly data: Artifact<'tar'>;
  readonly control: Artifact<'json'>;
}

/** Takes a package apart; once, however many layers want files of it. */
export const unpackedPackage = memoized(
  (context: BuildContext, pin: PackagePin): UnpackedPackage => ({
    name: pin.name,
    ...unpackDeb(context.graph, { title: `unpack ${pin.name}`, inputs: { package: pin }, options: {} }),
  }),
);

/** Packages as a layer takes them in. */
export function packageInputs(
  context: BuildContext,
  pins: readonly PackagePin[],
): Pick<LayerSpec['inputs'], 'package' | 'control'> {
  const unpacked = pins.map((pin) => unpackedPackage(context, pin));
  return {
    package: Object.fromEntries(unpacked.map(({ name, data }) => [name, data])),
    control: Object.fromEntries(unpacked.map(({ name, control }) => [name, control])),
  };
}

/** One package of a set, by name. */
export function packageNamed(context: BuildContext, set: string, arch: Arch, name: string): UnpackedPackage {
  const pin = context.packages(set, arch).find((each) => each.name === name);
  if (!pin) {
    throw new BuildError(packageNotInSet(set, arch, name));
  }
  return unpackedPackage(context, pin);
}

/** Several files out of a package, by names of the caller's choice: name → path in the package. */
export const filesOfPackage = memoized(
  (
    context: BuildContext,
    place: { readonly set: string; readonly arch: Arch; readonly name: string },
    files: { readonly [name: string]: string },
  ): { readonly [name: string]: Artifact<'file'> } => {
    const { data: tar } = packageNamed(context, place.set, place.arch, place.name);
    return filesOfTar(context.graph, { title: `take ${Object.keys(files).length} files of ${place.name}`, tar, files });
  },
);

/** One file out of a package. */
export const fileOfPackage = memoized(
  (
    context: BuildContext,
    place: { readonly set: string; readonly arch: Arch; readonly name: string; readonly path: string },
  ): Artifact<'file'> => {
    const { data: tar } = packageNamed(context, place.set, place.arch, place.name);
    return filesOfTar(context.graph, { title: `take ${place.path}`, tar, files: { file: place.path } }).file;
  },
);
