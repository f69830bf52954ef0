import type { Arch, Artifact } from '../core/step.ts';
import type { Target } from '../core/target.ts';
import type { BuildContext } from './context.ts';

/** A target as its file writes it: the path of each release file stands there once, with what it is and how it is made. */
export interface TargetDescription<Parts extends object> {
  readonly name: string;
  /** One line for `npm run targets`. */
  readonly summary: string;
  readonly arch: Arch;
  /** Adds the steps that several files share, such as the system and its disk. */
  readonly parts: (context: BuildContext) => Parts;
  /** By paths below `dist/os/<version>/`, in POSIX form. */
  readonly files: { readonly [path: string]: TargetFile<Parts> };
}

/** One release file. */
export interface TargetFile<Parts extends object> {
  /** What it is, in a line; the page of the target says the same. */
  readonly about: string;
  /** Adds the steps of this file. `name` is its path. */
  readonly make: (given: Parts & { readonly context: BuildContext; readonly name: string }) => Artifact;
}

/** Declares a target. What each file is stays static, so that listing targets builds no graph. */
export function defineTarget<Parts extends object>(description: TargetDescription<Parts>): Target<BuildContext> {
  const { name, summary, arch, files, parts } = description;
  return {
    name,
    summary,
    arch,
    files: Object.fromEntries(Object.entries(files).map(([path, { about }]) => [path, about])),
    make(context) {
      const shared = parts(context);
      return Object.fromEntries(
        Object.entries(files).map(([path, { make }]) => [path, make({ ...shared, context, name: path })]),
      );
    },
  };
}
