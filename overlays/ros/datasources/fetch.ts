import { problemText } from '../config/problem.ts';
import { loadConfig } from '../config/sources.ts';
import { tellProblems } from '../config/tell-problems.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import type { System } from '../runtime/system.ts';
import { applyChanged, applyToRunning } from './apply.ts';
import { type AskOptions, askSources, LIMIT, type Outcome } from './ask-sources.ts';
import { type Wanted, wantedSources } from './catalogue.ts';
import { hasSaved, type Saved, saveFound } from './save-configuration.ts';
import { readStatus, type Status, writeStatus } from './status.ts';

export interface FetchOptions extends AskOptions {
  /** Whether console and services already run, so that a configuration is applied to them too; or only where it changed. */
  readonly isRunning?: 'always' | 'where other';
  /** This goes on asking, so sources that may still answer stay in the status. Default: as the status has it. */
  readonly goesOn?: boolean;
  /** For the status, where it goes on asking. */
  readonly networkSince?: number;
}

/** Asks the datasources, saves the result of the best one, and applies what has changed. Returns the exit status. */
export function fetchConfiguration(system: System, options: FetchOptions = {}): number {
  const began = system.now();
  const before = loadConfig(system).config;
  const { wanted, problems } = wantedSources(system, before);
  const outcomes = askSources(system, wanted, options);
  const best = outcomes.find((outcome) => outcome.state === 'found');
  let saved: Saved | undefined;
  const failures: string[] = [];
  if (best?.state === 'found') {
    try {
      saved = saveFound(system, best.found);
    } catch (error) {
      failures.push(sentenceOf(error));
    }
  }
  const isLate = options.isRunning === 'where other';
  const isOfEarlierStart = saved === undefined && hasSaved(system);
  const asking = askedOn(outcomes, options.goesOn ?? (readStatus(system)?.asking.length ?? 0) > 0);
  const all = [
    ...problems,
    ...failures,
    ...(best?.state === 'found' ? best.found.problems.map((problem) => `${best.name}: ${problem}`) : []),
    // Sources with higher precedence failed, for a reason that the user may need to know.
    ...(best === undefined && wanted.length > 0 ? [nothingFound(outcomes, isOfEarlierStart, asking)] : []),
  ];
  const status: Status = {
    ...(best === undefined ? {} : { datasource: best.name }),
    ...(saved === undefined ? {} : { userData: saved.kind }),
    seconds: Math.round((system.now() - began) / 100) / 10,
    ...(isLate && best !== undefined ? { afterSeconds: uptime(system) } : {}),
    isOfEarlierStart,
    sources: outcomes.map((outcome) => ({
      name: outcome.name,
      state: outcome.state,
      ...(outcome.state === 'failed' ? { reason: outcome.reason } : {}),
    })),
    // Problems in files that are in force are found there again, with their places.
    problems: saved?.kind === 'refused' ? [...all, ...saved.problems.map(problemText)] : all,
    asking,
    ...(options.networkSince === undefined ? {} : { networkSince: options.networkSince }),
  };
  const told = tellOnce(system, status);
  writeStatus(system, status);
  for (const outcome of outcomes) {
    if (outcome.state === 'failed' && told.isNew(outcome.reason))
      note(system, `datasource ${outcome.name}: ${outcome.reason}`);
  }
  if (best !== undefined) note(system, `datasource ${best.name} gave the configuration`);
  if (best !== undefined && isLate && saved?.isOther === true)
    alarm(system, `datasource ${best.name} has answered; what it gave is applied now`);
  for (const problem of all) if (told.isNew(problem)) alarm(system, problem);
  if (saved === undefined || best === undefined) return wanted.length > 0 ? 1 : 0;
  tellProblems(system, `The user-data of ${best.name}`, saved.problems);
  const now = loadConfig(system).config;
  let exit = applyChanged(system, before, now);
  const from = wanted.find(({ name }) => name === best.name);
  tellReady(system, from, options.at);
  if (options.isRunning === 'always' || (options.isRunning !== undefined && saved.isOther))
    exit |= applyToRunning(system, before, now);
  return exit;
}

/** Seconds since the machine was switched on. */
function uptime(system: System): number {
  return Math.round(Number((system.readText('/proc/uptime') ?? '').split(' ')[0]));
}

/** Names of the sources that may still give something: all that did not answer where none did, or the one that gave a part. */
function askedOn(outcomes: readonly Outcome[], goesOn: boolean): readonly string[] {
  if (!goesOn) return [];
  const best = outcomes.find((outcome) => outcome.state === 'found');
  if (best?.state === 'found') return best.found.isPartial === true ? [best.name] : [];
  return [
    ...new Set(outcomes.flatMap((outcome) => (outcome.state === 'failed' && outcome.mayPass ? [outcome.name] : []))),
  ];
}

/** Repeated rounds report the same message once. */
function tellOnce(system: System, now: Status): { readonly isNew: (sentence: string) => boolean } {
  const before = readStatus(system);
  const isAgain = before !== undefined && before.asking.length > 0 && now.asking.length > 0;
  const said = new Set(
    isAgain
      ? [...before.problems, ...before.sources.flatMap(({ reason }) => (reason === undefined ? [] : [reason]))]
      : [],
  );
  const isStill = isAgain && JSON.stringify(before.asking) === JSON.stringify(now.asking);
  // The sentence about all of them repeats each one's reason, which is noted.
  return { isNew: (sentence) => !said.has(sentence) && !(isStill && sentence.startsWith(NOTHING)) };
}

/** Reports success to the platform, which may wait for it; without it the machine runs for as long as the platform allows. */
function tellReady(system: System, from: Wanted | undefined, at: AskOptions['at']): void {
  try {
    from?.source.tellReady?.({ system, deadline: system.now() + LIMIT, ...(at === undefined ? {} : { at }) });
  } catch (error) {
    alarm(system, `${from?.name} was not told that the machine is ready: ${sentenceOf(error)}.`);
  }
}

const NOTHING = 'No datasource gave a configuration';

function nothingFound(outcomes: readonly Outcome[], isOfEarlierStart: boolean, asking: readonly string[]): string {
  const reasons = outcomes.flatMap((outcome) =>
    outcome.state === 'failed' ? [`${outcome.name}: ${outcome.reason}`] : [],
  );
  const rest = isOfEarlierStart ? 'What an earlier start saved is in force' : 'The machine starts without';
  const next =
    asking.length === 0
      ? '; “ros cloud-init” asks again'
      : `, and goes on asking in the background: ${asking.join(', ')}`;
  return `${NOTHING} (${reasons.join('; ')}). ${rest}${next}.`;
}
