import type { Json } from '../../core/json.ts';
import type { Arch } from '../../core/step.ts';
import { fieldsOf, listOf, refuse, stringOf } from '../../trees/decode.ts';

/** What the writer `tree-check` checks, and what is known and meant. */
export type TreeCheckOptions = {
  readonly arch: Arch;
  /** From the lowest to the highest. Each needs the inputs `layer/<name>` and `contents/<name>`. */
  readonly layers: readonly string[];
  /** Paths (patterns) that a higher layer may cover or change. */
  readonly replaces?: readonly string[] | undefined;
  /** Symbolic links (patterns of their own paths) that may lead to nothing. */
  readonly danglingLinks?: readonly string[] | undefined;
  /** Files (patterns) whose libraries or interpreters need not be there: plugins of something that was left out. */
  readonly incomplete?: readonly string[] | undefined;
  /** Programs for another architecture (patterns). */
  readonly foreign?: readonly string[] | undefined;
  /**
   * Lines of sysusers.d and tmpfiles.d, white space made single, that an effect or a file of ours takes care of, or that nothing needs;
   * `…*` for all that begin so, `package <name>` for all of a package.
   */
  readonly handled?: readonly string[] | undefined;
  /** Paths that must be there, links followed or not: what effects bring about. */
  readonly required?: readonly string[] | undefined;
};

const NAMES = ['arch', 'layers', 'replaces', 'danglingLinks', 'incomplete', 'foreign', 'handled', 'required'];

/** Checks a writer's options. Throws `configuration` with a sentence that names the member. */
export function treeCheckOptions(options: Json): Required<TreeCheckOptions> {
  const { value } = fieldsOf(options, 'options', NAMES);
  const arch = stringOf(value['arch'], 'options.arch');
  if (arch !== 'amd64' && arch !== 'arm64') throw refuse('options.arch must be "amd64" or "arm64".');
  const texts = (name: string): readonly string[] => listOf(value[name], `options.${name}`, stringOf);
  return {
    arch,
    layers: texts('layers'),
    replaces: texts('replaces'),
    danglingLinks: texts('danglingLinks'),
    incomplete: texts('incomplete'),
    foreign: texts('foreign'),
    handled: texts('handled'),
    required: texts('required'),
  };
}
