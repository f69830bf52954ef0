import { isTree } from '../config/merge.ts';
import { run } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import type { System } from '../runtime/system.ts';
import type { Wanted } from './catalogue.ts';
import { type Context, type Found, SourceFailure, WORK_FOLDER } from './datasource.ts';

/** Milliseconds for everything that is asked over a network, the wait for an address included. */
export const LIMIT = 10_000;

/** How it went with one source. */
export type Outcome =
  | { readonly name: string; readonly state: 'found'; readonly found: Found }
  | {
      readonly name: string;
      readonly state: 'failed';
      readonly reason: string;
      /** It may answer later: its network is not there yet, or its server. */
      readonly mayPass: boolean;
    }
  /** Another one that counts more had answered. */
  | { readonly name: string; readonly state: 'not waited for' };

export interface AskOptions {
  /** Starts others, each with the number of its source, and gives their process ids. */
  readonly start?: (system: System, numbers: readonly number[]) => readonly number[];
  readonly at?: Context['at'];
  /** Sources that are not asked, by their numbers, and why. */
  readonly passedOver?: ReadonlyMap<number, string>;
}

/**
 * Number of the source that this process waits for by itself, while it does; else empty. The service's script looks here when no answer
 * comes: a drive can keep a process waiting that nothing ends.
 */
export const ASKED_NOW = '/run/ros/cloud-init.asked-now';
/** Numbers of the sources that hung and that the service's script leaves alone for now, a line each. */
export const GIVEN_UP = '/run/ros/cloud-init.given-up';

/**
 * Asks all sources and waits for the first good one in their order. Sources that need no network are asked first, by this process; others are asked
 * at the same time, each by a process of its own.
 */
export function askSources(system: System, wanted: readonly Wanted[], options: AskOptions = {}): readonly Outcome[] {
  const deadline = system.now() + LIMIT;
  const outcomes = new Map<number, Outcome>();
  const left = (reasons: Iterable<readonly [number, string]>, mayPass: boolean) => {
    for (const [number, reason] of reasons)
      outcomes.set(number, { name: wanted[number]?.name ?? '', state: 'failed', reason, mayPass });
  };
  left(options.passedOver ?? [], false);
  left(givenUp(system), true);
  const isDecided = (number: number) => {
    for (let earlier = 0; earlier < number; earlier += 1) {
      const state = outcomes.get(earlier)?.state;
      if (state === undefined) return false;
      if (state === 'found') return true;
    }
    return false;
  };
  wanted.forEach((each, number) => {
    if (each.source.needs === 'network' || outcomes.has(number) || isDecided(number)) return;
    system.writeText(ASKED_NOW, `${number}\n`);
    outcomes.set(number, askOne(system, each, deadline, options.at));
    system.writeText(ASKED_NOW, '');
  });
  const best = [...outcomes].filter(([, { state }]) => state === 'found').map(([number]) => number)[0] ?? wanted.length;
  const open = wanted.flatMap((each, number) =>
    each.source.needs === 'network' && number < best && !outcomes.has(number) ? [number] : [],
  );
  const [single] = open;
  const alone = single === undefined ? undefined : wanted[single];
  if (open.length === 1 && single !== undefined && alone !== undefined) {
    outcomes.set(single, askOne(system, alone, deadline, options.at));
  } else if (open.length > 1) {
    askInParallel(system, wanted, open, deadline, outcomes, isDecided, options.start ?? startAskers);
  }
  return wanted.map(({ name }, number) => outcomes.get(number) ?? { name, state: 'not waited for' });
}

/** Asks one source and always returns an outcome. */
export function askOne(
  system: System,
  { name, argument, source }: Wanted,
  deadline: number,
  at?: Context['at'],
): Outcome {
  try {
    const context = {
      system,
      deadline,
      ...(argument === undefined ? {} : { argument }),
      ...(at === undefined ? {} : { at }),
    };
    return { name, state: 'found', found: source.ask(context) };
  } catch (error) {
    const mayPass = error instanceof SourceFailure ? error.mayPass : source.needs === 'network';
    return { name, state: 'failed', reason: sentenceOf(error), mayPass };
  }
}

function givenUp(system: System): readonly (readonly [number, string])[] {
  const lines = (system.readText(GIVEN_UP) ?? '').split('\n').filter((line) => /^\d+$/.test(line));
  return lines.map((line) => [Number(line), 'it hung for 30 seconds, and is asked again later'] as const);
}

export const outcomeFile = (number: number): string => `${WORK_FOLDER}/outcome.${number}`;

function askInParallel(
  system: System,
  wanted: readonly Wanted[],
  open: readonly number[],
  deadline: number,
  outcomes: Map<number, Outcome>,
  isDecided: (number: number) => boolean,
  start: (system: System, numbers: readonly number[]) => readonly number[],
): void {
  run(system, ['sh', '-c', 'umask 077; mkdir -p "$1" && rm -f "$1"/outcome.*', 'ros', WORK_FOLDER]);
  const pids = start(system, open);
  const missing = () => open.filter((number) => !outcomes.has(number));
  // They end by themselves at the deadline; a little later there is nothing more to come.
  while (missing().some((number) => !isDecided(number)) && system.now() < deadline + 1000) {
    for (const number of missing()) {
      const outcome = parseOutcome(system.readText(outcomeFile(number)), wanted[number]?.name ?? '');
      if (outcome !== undefined) outcomes.set(number, outcome);
    }
    if (missing().some((number) => !isDecided(number))) system.sleep(50);
  }
  const kill = 'for group; do kill -9 "-$group"; done 2>/dev/null; rm -f "$0"/outcome.*';
  run(system, ['sh', '-c', kill, WORK_FOLDER, ...pids.map(String)]);
  for (const number of missing().filter((each) => !isDecided(each))) {
    const name = wanted[number]?.name ?? '';
    outcomes.set(number, { name, state: 'failed', reason: 'it did not answer in time', mayPass: true });
  }
}

/** Each in a process group of its own, so that its children end with it. */
function startAskers(system: System, numbers: readonly number[]): readonly number[] {
  const script = 'for number; do setsid ros cloud-init --ask "$number" </dev/null >/dev/null 2>&1 & echo $!; done';
  return run(system, ['sh', '-c', script, 'ros', ...numbers.map(String)])
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

/** A file that another process renames into place is whole. */
function parseOutcome(text: string | undefined, name: string): Outcome | undefined {
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  return isTree(value)
    ? (value as unknown as Outcome)
    : { name, state: 'failed', reason: 'its answer was lost', mayPass: true };
}
