import type { BuildEvent } from '../core/event.ts';
import { BuildError } from '../core/failure.ts';
import type { Executor } from '../core/ports.ts';
import { BwrapExecutor } from './bwrap.ts';
import { NoneExecutor } from './none.ts';
import type { ToolRoots } from './roots.ts';

/** What a person may ask for by the name of an executor, and what that means for isolation. */
const ISOLATION = { auto: 'preferred', bwrap: 'required', none: 'waived' } as const;
export type ExecutorName = keyof typeof ISOLATION;
export const EXECUTOR_NAMES = Object.keys(ISOLATION) as readonly ExecutorName[];

/** Whether tools run without isolation by wish. */
export function waivesIsolation(name: ExecutorName): boolean {
  return ISOLATION[name] === 'waived';
}

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
  if (waivesIsolation(options.wanted)) {
    if (options.mustIsolate) throw unfitForRelease(`the executor "${options.wanted}" was asked for`);
    options.report({
      type: 'note',
      level: 'warning',
      message: `Steps run WITHOUT isolation, as the executor "${options.wanted}" was asked for: what they make is not fit for a release.`,
    });
    return new NoneExecutor({ roots: options.roots });
  }
  const bwrap = new BwrapExecutor({ roots: options.roots, searchPath: options.searchPath });
  const probe = await bwrap.probe(options.root, options.signal);
  if (probe.code === 0) return bwrap;
  const cause = probe.words.trim() || `exit code ${probe.code}`;
  if (ISOLATION[options.wanted] === 'required') {
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
