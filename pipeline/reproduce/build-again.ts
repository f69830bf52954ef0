import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFetchedStore, type StepEnd, stepEnds, storedFile } from '../bench/fetched-store.ts';
import { BuildError } from '../core/failure.ts';
import { copyProject } from '../host/project-copy.ts';
import { parseManifest } from '../publish/manifest.ts';
import type { FinishedBuild } from './difference.ts';
import * as messages from './messages.ts';
import { giveToNobody, wordsAsNobody } from './other-user.ts';
import type { Surroundings } from './surroundings.ts';

/** A build of a copy of the project, as an ordinary user of it starts one. */
export interface BuildOrder {
  /** The project whose launcher is started. */
  readonly project: string;
  readonly targets: readonly string[];
  readonly cache: string;
  readonly dist: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Words of `build` beside these. */
  readonly words?: readonly string[];
  /** Words before `node`. */
  readonly through?: readonly string[];
}

/** What a build said, and what it made. */
export interface ToldBuild extends FinishedBuild {
  readonly events: string;
}

const SHOWN_CHARACTERS = 2000;

/** Runs a build to its end. One that fails is a failure with its last words. */
export async function runBuild(order: BuildOrder): Promise<ToldBuild> {
  const { project, targets, cache, dist, words = [] } = order;
  const launcher = join(project, 'pipeline/cli/launch.mjs');
  const argv = ['build', ...targets, '--json', '--cache', cache, '--dist', dist, ...words];
  const events = await output([...(order.through ?? []), process.execPath, launcher, ...argv], order);
  const release = (path: string): string => join(dist, 'latest', path);
  const manifest = parseManifest(await readFile(release('release.json'), 'utf8'));
  if (!manifest) throw new BuildError(messages.manifestUnreadable(release('release.json')));
  return { events, steps: stepEnds(events), manifest, release, stored: (digest) => storedFile(cache, digest) };
}

function output(argv: readonly string[], { project, env, signal }: BuildOrder): Promise<string> {
  const [program = '', ...words] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
    signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
    child.once('error', reject);
    child.once('close', (code, killed) => {
      if (signal.aborted) reject(new BuildError(messages.stopped()));
      else if (code === 0) resolve(stdout.join(''));
      else
        reject(
          new BuildError(messages.buildFailed(code ?? killed ?? 'no code', stderr.join('').slice(-SHOWN_CHARACTERS))),
        );
    });
  });
}

export interface AgainOptions {
  /** Where the sources are, and the project that the libraries belong to. */
  readonly project: string;
  readonly targets: readonly string[];
  readonly first: ToldBuild;
  /** The store that the first build was made in. */
  readonly cache: string;
  /** A directory for the store and the release, on a disk. */
  readonly work: string;
  /** A directory for the copy of the project. */
  readonly elsewhere: string;
  /** Whether a step's results are taken from the first build. */
  readonly takes: (step: StepEnd) => boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Says what could not be made different. */
  readonly say: (sentence: string) => void;
}

/** Builds again from the same sources, in other surroundings and with a store of its own. */
export async function buildAgain(around: Surroundings, options: AgainOptions): Promise<ToldBuild> {
  const { work, elsewhere, say } = options;
  const project = join(elsewhere, 'a project', 'ünder another näme');
  await copyProject(options.project, project, around);
  const cache = join(work, 'cache');
  await makeFetchedStore({ from: options.cache, to: cache, events: options.first.events, takes: options.takes });
  const dist = join(elsewhere, 'dist');
  await mkdir(dist);
  const user = around.asNobody ? wordsAsNobody(join(options.project, 'node_modules/esbuild/package.json')) : [];
  if (user === undefined) say('the same user builds again: nobody may not be used here, or cannot read this project');
  if (user?.length) for (const directory of [elsewhere, work]) await giveToNobody(directory);
  return runBuild({
    project,
    targets: options.targets,
    cache,
    dist,
    env: { ...options.env, ...around.env, HOME: work, XDG_CACHE_HOME: undefined, RANCHEROS_CACHE: undefined },
    signal: options.signal,
    words: ['--jobs', String(around.jobs), ...(around.executor === undefined ? [] : ['--executor', around.executor])],
    through: [...(user ?? []), ...boundTo(around), 'sh', '-c', `umask ${around.umask} && exec "$@"`, 'sh'],
  });
}

function boundTo({ oneProcessor }: Surroundings): readonly string[] {
  return oneProcessor && existsSync('/usr/bin/taskset') ? ['/usr/bin/taskset', '-c', '0'] : [];
}
