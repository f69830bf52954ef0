import type { Arch, Artifact } from './step.ts';

/** One product: names of release files, and the artifacts behind them. */
export interface Target<Context> {
  readonly name: string;
  /** One line for `npm run targets`. */
  readonly summary: string;
  readonly arch: Arch;
  /**
   * Paths below `dist/os/<version>/`, in POSIX form, each with what it is in a line: static, so that listing targets builds no graph,
   * and the pages of the targets say the same.
   */
  readonly files: { readonly [path: string]: string };
  /** Adds the steps to the graph and returns the artifact of each path of `files`. Runs nothing. */
  readonly make: (context: Context) => { readonly [path: string]: Artifact };
}
