import type { BuildEvent } from '../core/event.ts';
import { BuildError } from '../core/failure.ts';
import type { Executor } from '../core/ports.ts';
import { BwrapExecutor } from './bwrap.ts';
import { NoneExecutor } from './none.ts';
import type { ToolRoots } from './roots.ts';

/** Names a person may give to --executor. */
export const EXECUTOR_NAMES = ['auto', 'bwrap', 'none'] as const;
export type ExecutorName = (typeof EXECUTOR_NAMES)[number];

/**
 * Chooses the executor: `bwrap` where a sandbox with a real mount can be made, else `none` with one loud line that says why and
 * what helps. Asking for `bwrap` by name, or building a release, refuses instead of falling back (`no-executor`).
 */
export async function chooseExecutor(options: {
  readonly wanted: ExecutorName;
  /** Set for a release: nothing that ran without isolation may enter it. */
  readonly mustIsolate: boolean;
  readonly roots: ToolRoots;
  /** Root folder of the tool image, for the probe. */
  readonly root: string;
  readonly searchPath: string;
  readonly report: (event: BuildEvent) => void;
  readonly signal: AbortSignal;
}): Promise<Executor> {
  if (options.wanted === 'none') {
    if (options.mustIsolate) throw unfitForRelease('--executor none');
    options.report({
      type: 'note',
      level: 'warning',
      message: 'Steps run WITHOUT isolation (--executor none): what they make is not fit for a release.',
    });
    return new NoneExecutor({ roots: options.roots });
  }
  const bwrap = new BwrapExecutor({ roots: options.roots, searchPath: options.searchPath });
  const probe = await bwrap.probe(options.root, options.signal);
  if (probe.code === 0) return bwrap;
  const cause = probe.words.trim() || `exit code ${probe.code}`;
  if (options.wanted === 'bwrap') {
    throw new BuildError({
      kind: 'no-executor',
      message: 'bubblewrap cannot make a sandbox here.',
      evidence: cause,
      hint: CURE,
    });
  }
  if (options.mustIsolate) throw unfitForRelease(`bubblewrap says "${cause}"`);
  options.report({
    type: 'note',
    level: 'warning',
    message: `Steps run WITHOUT isolation, so the result is not fit for a release: bubblewrap says "${cause}". ${CURE}`,
  });
  return new NoneExecutor({ roots: options.roots });
}

const CURE =
  'Unprivileged user namespaces are needed: on Ubuntu 24.04 and later `sysctl kernel.apparmor_restrict_unprivileged_userns=0` or an AppArmor profile for bwrap, on older Debian `sysctl kernel.unprivileged_userns_clone=1`, in a container `--security-opt seccomp=unconfined`.';

/** What stops the build of a release before a tool runs. */
export function unfitForRelease(evidence?: string): BuildError {
  return new BuildError({
    kind: 'no-executor',
    message: 'Steps would run without isolation, which is not fit for a release.',
    evidence,
    hint: `Make bubblewrap work here, or build a -dev version. ${CURE}`,
  });
}
