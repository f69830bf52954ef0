import { rm } from 'node:fs/promises';
import type { Digest } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import type { Executor } from '../core/ports.ts';
import { BwrapExecutor } from './bwrap.ts';
import { DockerExecutor } from './docker/executor.ts';
import { askDaemon, findLocalSocket } from './docker/socket.ts';
import { askHost } from './host-sandbox.ts';
import {
  cannotIsolate,
  type Obstacle,
  runsInBubblewrap,
  runsInDocker,
  runsUnisolated,
  unfitForRelease,
} from './messages.ts';
import { NoneExecutor } from './none.ts';
import type { ToolRoots } from './roots.ts';

/** What can be asked before the tool image is there. */
interface ExecutorHost {
  /** Of the host: PATH, HOME, DOCKER_HOST and its like. */
  readonly env: { readonly [name: string]: string | undefined };
  readonly signal: AbortSignal;
}

/** What every executor is tried with. */
interface ExecutorWorld extends ExecutorHost {
  readonly roots: ToolRoots;
  readonly image: { readonly digest: Digest; readonly tar: string };
  /** Makes a directory where those of the steps will lie. */
  readonly scratch: () => Promise<string>;
}

/** One executor that a person may ask for. */
interface Candidate {
  /** What it is called in a sentence. */
  readonly what: string;
  /** Whether a step sees its inputs and its tool image alone. */
  readonly isIsolated: boolean;
  /** Why it cannot work, as far as that is known before it is tried. */
  readonly ask: (host: ExecutorHost) => Promise<string | undefined>;
  /** The executor, once it was seen to work here, or what was seen instead. */
  readonly attempt: (world: ExecutorWorld) => Promise<Attempt>;
}

/** `sentence`: what is said of the choice, after others were tried in vain. */
type Attempt =
  | {
      readonly executor: Executor;
      readonly sentence: (choice: { readonly isAuto: boolean; readonly obstacles: readonly Obstacle[] }) => string;
    }
  | { readonly cause: string };

/** Every executor of tools, best first: in this order `auto` tries them. */
const CANDIDATES = {
  bwrap: {
    what: 'bubblewrap',
    isIsolated: true,
    async ask({ env, signal }) {
      const host = await askHost({ searchPath: env['PATH'] ?? '', signal });
      return host === undefined || host.isPossible ? undefined : host.words;
    },
    async attempt({ roots, image, env, signal }) {
      const executor = new BwrapExecutor({ roots, searchPath: env['PATH'] ?? '' });
      const { code, words } = await executor.probe(await roots.rootOf(image), signal);
      if (code !== 0) return { cause: words.trim() || `exit code ${code}` };
      return { executor, sentence: ({ isAuto }) => runsInBubblewrap(!isAuto) };
    },
  },
  docker: {
    what: 'Docker',
    isIsolated: true,
    ask: ({ env, signal }) => askDaemon(env, signal),
    attempt: attemptDocker,
  },
  none: {
    what: 'no isolation',
    isIsolated: false,
    ask: async () => undefined,
    attempt: async ({ roots }) => ({
      executor: new NoneExecutor({ roots }),
      sentence: ({ obstacles }) => runsUnisolated(obstacles),
    }),
  },
} as const satisfies { readonly [name: string]: Candidate };

async function attemptDocker({ image, env, scratch, signal }: ExecutorWorld): Promise<Attempt> {
  const trouble = await askDaemon(env, signal);
  if (trouble !== undefined) return { cause: trouble };
  const found = await findLocalSocket(env);
  if ('cause' in found) return found;
  const executor = new DockerExecutor(found);
  const folder = await scratch();
  try {
    const cause = await executor.probe(image, folder, signal);
    if (cause === undefined) return { executor, sentence: ({ obstacles }) => runsInDocker(executor.socket, obstacles) };
    await executor.close();
    return { cause };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The executors themselves; `auto` is one of them. */
export type SingleExecutorName = keyof typeof CANDIDATES;
/** What a person may ask for. */
export type ExecutorName = 'auto' | SingleExecutorName;

const SINGLE_NAMES = Object.keys(CANDIDATES) as readonly SingleExecutorName[];
export const EXECUTOR_NAMES: readonly ExecutorName[] = ['auto', ...SINGLE_NAMES];

/** What was chosen, and one sentence that says what, why, and how to get a better one. */
export interface ExecutorChoice {
  readonly executor: Executor;
  readonly sentence: string;
}

/** Whether tools run without isolation by wish. */
export function waivesIsolation(name: ExecutorName): boolean {
  return name !== 'auto' && !CANDIDATES[name].isIsolated;
}

/** The sentence where isolation was waived, which nothing has to be asked for. */
export function waivedSentence(): string {
  return runsUnisolated([]);
}

/**
 * Chooses the executor: the one that was asked for, or for `auto` the first that works. Throws `no-executor` where that one does not work, and
 * where nothing isolates though it must, as for a release.
 */
export async function chooseExecutor(
  options: ExecutorWorld & {
    readonly wanted: ExecutorName;
    /** Set for a release: nothing that ran without isolation may enter it. */
    readonly mustIsolate: boolean;
  },
): Promise<ExecutorChoice> {
  const { wanted, mustIsolate } = options;
  const isAuto = wanted === 'auto';
  const obstacles: Obstacle[] = [];
  for (const name of namesFor(wanted)) {
    const candidate: Candidate = CANDIDATES[name];
    if (mustIsolate && !candidate.isIsolated) throw unfit(name, obstacles);
    const attempt = await candidate.attempt(options);
    if ('executor' in attempt) return { executor: attempt.executor, sentence: attempt.sentence({ isAuto, obstacles }) };
    const obstacle = { what: candidate.what, cause: attempt.cause };
    if (!isAuto) throw new BuildError(cannotIsolate(obstacle, name));
    obstacles.push(obstacle);
  }
  throw new Error('the last executor is always possible');
}

/** Throws `no-executor` where it is certain, before the tool image is there, that nothing isolates here. */
export async function demandIsolation(wanted: ExecutorName, host: ExecutorHost): Promise<void> {
  const obstacles: Obstacle[] = [];
  for (const name of namesFor(wanted)) {
    const candidate: Candidate = CANDIDATES[name];
    if (!candidate.isIsolated) throw unfit(name, obstacles);
    const cause = await candidate.ask(host);
    if (cause === undefined) return;
    const obstacle = { what: candidate.what, cause };
    if (wanted !== 'auto') throw new BuildError(cannotIsolate(obstacle, name));
    obstacles.push(obstacle);
  }
}

function namesFor(wanted: ExecutorName): readonly SingleExecutorName[] {
  return wanted === 'auto' ? SINGLE_NAMES : [wanted];
}

function unfit(name: SingleExecutorName, obstacles: readonly Obstacle[]): BuildError {
  const tried = obstacles.map(({ what, cause }) => `${what}: ${cause.trim()}`).join('\n');
  return new BuildError(unfitForRelease(tried || `the executor "${name}" was asked for`));
}
