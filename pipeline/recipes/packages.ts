import { BuildError } from '../core/failure.ts';
import type { Arch, Artifact, PackagePin } from '../core/step.ts';
import type { BuildContext } from './context.ts';

/** A package taken apart: its files as a canonical tar, and what its control archive says. */
export interface UnpackedPackage {
  readonly name: string;
  readonly data: Artifact<'tar'>;
  readonly control: Artifact<'json'>;
}

/** Takes a package apart; once, however many layers want files of it. */
export function unpackedPackage(context: BuildContext, pin: PackagePin): UnpackedPackage {
  return context.memo(`package ${pin.digest}`, () => ({
    name: pin.name,
    ...context.graph.add({
      title: `unpack ${pin.name}`,
      action: { type: 'builtin', writer: 'unpack-deb', options: {} },
      inputs: { package: pin },
      outputs: { data: 'tar', control: 'json' },
    }),
  }));
}

/** One package of a set, by name. */
export function packageNamed(context: BuildContext, set: string, arch: Arch, name: string): UnpackedPackage {
  const pin = context.packages(set, arch).find((each) => each.name === name);
  if (!pin) {
    throw new BuildError({
      kind: 'configuration',
      message: `The package set "${set}" for ${arch} has no package ${name}.`,
      place: { file: 'targets/packages.lock.json' },
      hint: 'Name it in targets/packages.yaml, then run `npm run pins -- update`.',
    });
  }
  return unpackedPackage(context, pin);
}

/** Several files out of a package, by names of the caller's choice: name → path in the package. */
export function filesOfPackage(
  context: BuildContext,
  place: { readonly set: string; readonly arch: Arch; readonly name: string },
  files: { readonly [name: string]: string },
): { readonly [name: string]: Artifact<'file'> } {
  const { data } = packageNamed(context, place.set, place.arch, place.name);
  return context.graph.add({
    title: `take ${Object.keys(files).length} files of ${place.name}`,
    action: { type: 'builtin', writer: 'select', options: { files } },
    inputs: { tar: data },
    outputs: Object.fromEntries(Object.keys(files).map((name) => [name, 'file' as const])),
  });
}

/** One file out of a package. */
export function fileOfPackage(
  context: BuildContext,
  place: { readonly set: string; readonly arch: Arch; readonly name: string; readonly path: string },
): Artifact<'file'> {
  return context.memo(`file ${place.arch} ${place.name} ${place.path}`, () => {
    const { data } = packageNamed(context, place.set, place.arch, place.name);
    return context.graph.add({
      title: `take ${place.path}`,
      action: { type: 'builtin', writer: 'select', options: { files: { file: place.path } } },
      inputs: { tar: data },
      outputs: { file: 'file' },
    }).file;
  });
}
