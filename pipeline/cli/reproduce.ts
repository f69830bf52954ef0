import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { isFetched, type StepEnd } from '../bench/fetched-store.ts';
import { BuildError, type Failure } from '../core/failure.ts';
import { makeDirectory } from '../host/make-directory.ts';
import { copyProject } from '../host/project-copy.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../host/temporary-directory.ts';
import { buildAgain, runBuild } from '../reproduce/build-again.ts';
import { buildDifferences } from '../reproduce/difference.ts';
import { notReproduced } from '../reproduce/messages.ts';
import { SURROUNDINGS, type Surroundings } from '../reproduce/surroundings.ts';
import { allTargets, chosenTargets, noTargetNamed } from './all-targets.ts';
import type { Command, CommandContext } from './command.ts';
import * as messages from './messages.ts';
import { readOptions } from './options.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';

const MEMORY = '/dev/shm';
const MOST_BUILDS = SURROUNDINGS.length + 1;

const OPTIONS = {
  target: { type: 'string', multiple: true, value: 'NAME', help: 'what to build; may be given several times' },
  builds: { type: 'string', default: '2', value: 'N', help: `how often, from 2 to ${MOST_BUILDS} (default: 2)` },
  except: {
    type: 'string',
    value: 'PATTERN',
    help: 'do not make steps again whose titles match: a regular expression',
  },
  cache: COMMON_OPTIONS.cache,
  json: { type: 'boolean', help: 'what was compared as one JSON object' },
} as const;

/** What came of one build more. */
interface Repetition {
  readonly surroundings: string;
  /** The steps that ran again; two of one key run once. */
  readonly stepsRun: readonly { readonly kind: string; readonly title: string }[];
}

export const reproduce: Command = {
  name: 'reproduce',
  summary: 'build targets several times in different surroundings, and name what is not the same',
  usage: 'TARGET ...',
  about: `Builds targets as the caller does, then again from a copy of the sources with a store that has nothing but unpacked packages: in another
directory and file system, with another order of directories, as another user (where the caller is root), with another umask, time zone,
language, number of processors and jobs; the fourth build runs without isolation. Files and steps whose bytes differ are named, with the
first byte and the member of an archive. What is not the same ends the command with exit code 4.`,
  options: OPTIONS,
  words: 'targets',
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS);
    const names = [...positionals, ...(values.target ?? [])];
    if (names.length === 0) throw noTargetNamed('npm run reproduce -- amd64');
    const targets = chosenTargets(names, allTargets()).map(({ name }) => name);
    const builds = buildsFrom(values.builds);
    const except = exceptFrom(values.except);
    const takes = (step: StepEnd): boolean => isFetched(step) || (except?.test(step.title) ?? false);
    const { cacheFolder } = settingsFrom({ cache: values.cache }, context);
    const found = await compareBuilds(context, {
      targets,
      around: SURROUNDINGS.slice(0, builds - 1),
      takes,
      cacheFolder,
    });
    const [failure, ...others] = found.failures;
    if (failure) throw new BuildError([failure, ...others]);
    const text = values.json
      ? `${JSON.stringify({ format: 1, targets, files: found.files, repetitions: found.repetitions }, undefined, 2)}\n`
      : `${targets.join(', ')}: ${found.files} files are the same in ${builds} builds. ${stepsText(found.repetitions)}\n`;
    context.stdout.write(text);
    return 0;
  },
};

function buildsFrom(text: string): number {
  const builds = Number(text);
  if (/^\d$/.test(text) && builds >= 2 && builds <= MOST_BUILDS) return builds;
  throw new BuildError(messages.notAWholeNumber('--builds', text, { from: 2, to: MOST_BUILDS }));
}

function exceptFrom(text: string | undefined): RegExp | undefined {
  try {
    return text === undefined ? undefined : new RegExp(text);
  } catch (error) {
    throw new BuildError(
      messages.notAPattern('--except', text ?? '', error instanceof Error ? error.message : String(error)),
    );
  }
}

interface Comparison {
  readonly targets: readonly string[];
  readonly around: readonly Surroundings[];
  readonly takes: (step: StepEnd) => boolean;
  readonly cacheFolder: string;
}

interface Found {
  readonly files: number;
  readonly repetitions: readonly Repetition[];
  readonly failures: readonly Failure[];
}

async function compareBuilds(
  context: CommandContext,
  { targets, around, takes, cacheFolder }: Comparison,
): Promise<Found> {
  const say = (sentence: string): void => void context.stderr.write(`… ${sentence}\n`);
  const { env, signal } = context;
  // Somebody may be editing the project meanwhile: all builds have the sources of this moment.
  const sources = await temporaryDirectory('reproduce');
  try {
    const project = join(sources, 'project');
    await copyProject(context.projectFolder, project, { reversed: false });
    // Nobody must be able to read what is copied from here.
    await chmod(sources, 0o755);
    say('building as usual');
    const first = await runBuild({ project, targets, cache: cacheFolder, dist: join(sources, 'dist'), env, signal });
    const repetitions: Repetition[] = [];
    const failures: Failure[] = [];
    for (const surroundings of around) {
      say(`building again: ${surroundings.sentence}`);
      await inScratch(cacheFolder, surroundings, async (work, elsewhere) => {
        const options = { project, targets, first, cache: cacheFolder, work, elsewhere, takes, env, signal, say };
        const again = await buildAgain(surroundings, options);
        const stepsRun = again.steps.flatMap(({ cached, kind, title }) => (cached ? [] : [{ kind, title }]));
        repetitions.push({ surroundings: surroundings.sentence, stepsRun });
        const differences = await buildDifferences(first, again);
        failures.push(...differences.map((each) => notReproduced(each, surroundings.sentence)));
      });
    }
    return { files: Object.keys(first.manifest.files).length, repetitions, failures };
  } finally {
    await removeTemporaryDirectory(sources);
  }
}

/** Directories for one build more: for its store, and for its sources and files. A store beside the user's has links to it; nobody may not be let in there. */
async function inScratch(
  cacheFolder: string,
  { reversed, asNobody }: Surroundings,
  act: (work: string, elsewhere: string) => Promise<void>,
): Promise<void> {
  await makeDirectory(cacheFolder);
  const work = await temporaryDirectory('reproduce', asNobody ? undefined : cacheFolder);
  const elsewhere = await temporaryDirectory('reproduce', reversed && existsSync(MEMORY) ? MEMORY : undefined);
  try {
    await act(work, elsewhere);
  } finally {
    for (const directory of [work, elsewhere]) await removeTemporaryDirectory(directory);
  }
}

function stepsText(repetitions: readonly Repetition[]): string {
  const counts = [...new Set(repetitions.map(({ stepsRun }) => stepsRun.length))];
  return `Steps that were made again: ${counts.join(', ')}.`;
}
