import type { Arch, Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { write } from './write.ts';

/**
 * Proves things about a tree, an ordered list of layers: no file is in two of them, every program finds its libraries and interpreter,
 * links lead somewhere, and what packages declare for systemd (sysusers.d, tmpfiles.d) is taken care of. A step that finds something
 * else fails with `configuration`, one failure for each.
 */
export interface TreeCheck {
  readonly inputs: {
    /** Outputs of `layer`, by the layers' names. */
    readonly layer: { readonly [name: string]: Artifact<'tar'> };
    readonly contents: { readonly [name: string]: Artifact<'json'> };
  };
  readonly options: TreeCheckOptions;
  /** A `TreeReport` as JSON. */
  readonly outputs: { readonly report: 'json' };
}

/** What is known and meant. */
export type TreeCheckOptions = {
  readonly arch: Arch;
  /** From the lowest to the highest. */
  readonly layers: readonly string[];
  /** Paths (patterns) that a higher layer may cover or change. */
  readonly replaces?: readonly string[] | undefined;
  /** Symbolic links (patterns of their own paths) that may lead to nothing. */
  readonly danglingLinks?: readonly string[] | undefined;
  /**
   * Lines of sysusers.d and tmpfiles.d, white space made single, that an effect or a file of ours takes care of, or that nothing needs;
   * `…*` for all that begin so, `package <name>` for all of a package.
   */
  readonly handled?: readonly string[] | undefined;
  /** Paths that must be there, links followed or not: what effects bring about. */
  readonly required?: readonly string[] | undefined;
};

export const treeCheck = defineWriter<typeof write>('tree-check', { report: 'json' });
