import { problemText } from '../config/problem.ts';
import type { CloudConfig } from '../config/schema.ts';
import { loadConfig } from '../config/sources.ts';
import { tellProblems } from '../config/tell.ts';
import { runBootCommands } from '../early/bootcmd.ts';
import { setHostname } from '../early/hostname.ts';
import { loadModules } from '../early/modules.ts';
import { setKernelSettings } from '../early/sysctl.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { must } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { eachStep } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';
import { type AskOptions, askSources, LIMIT, type Outcome } from './ask.ts';
import { type Wanted, wantedSources } from './list.ts';
import { hasSaved, type Saved, saveFound } from './save.ts';
import { writeStatus } from './status.ts';

/** Asks the datasources, saves what the best one gave, and applies what has become other than it was. */
export function fetchConfiguration(system: System, options: AskOptions = {}): number {
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
  const isOfEarlierStart = saved === undefined && hasSaved(system);
  const all = [
    ...problems,
    ...failures,
    ...(best?.state === 'found' ? best.found.problems.map((problem) => `${best.name}: ${problem}`) : []),
    // Sources that count more than the one that was taken failed for a reason that somebody may want to know.
    ...(best === undefined && wanted.length > 0 ? [nothingFound(outcomes, isOfEarlierStart)] : []),
  ];
  writeStatus(system, {
    ...(best === undefined ? {} : { datasource: best.name }),
    ...(saved === undefined ? {} : { userData: saved.kind }),
    seconds: Math.round((system.now() - began) / 100) / 10,
    isOfEarlierStart,
    sources: outcomes.map((outcome) => ({
      name: outcome.name,
      state: outcome.state,
      ...(outcome.state === 'failed' ? { reason: outcome.reason } : {}),
    })),
    // What stands in files that are in force is found there again, with its place.
    problems: saved?.kind === 'refused' ? [...all, ...saved.problems.map(problemText)] : all,
  });
  for (const outcome of outcomes) {
    if (outcome.state === 'failed') note(system, `datasource ${outcome.name}: ${outcome.reason}`);
  }
  if (best !== undefined) note(system, `datasource ${best.name} gave the configuration`);
  for (const problem of all) alarm(system, problem);
  tellProblems(system, `The user-data of ${best?.name}`, saved?.problems ?? []);
  const status = saved === undefined ? 0 : applyChanged(system, before, loadConfig(system).config);
  if (best?.state === 'found')
    tellReady(
      system,
      wanted.find(({ name }) => name === best.name),
      options.at,
    );
  return best === undefined && wanted.length > 0 ? 1 : status;
}

/** Whoever gave the configuration may wait for a word; without it the machine runs all the same, for as long as its platform lets it. */
function tellReady(system: System, from: Wanted | undefined, at: AskOptions['at']): void {
  try {
    from?.source.tellReady?.({ system, deadline: system.now() + LIMIT, ...(at === undefined ? {} : { at }) });
  } catch (error) {
    alarm(system, `${from?.name} was not told that the machine is ready: ${sentenceOf(error)}.`);
  }
}

function nothingFound(outcomes: readonly Outcome[], isOfEarlierStart: boolean): string {
  const reasons = outcomes.flatMap((outcome) =>
    outcome.state === 'failed' ? [`${outcome.name}: ${outcome.reason}`] : [],
  );
  const rest = isOfEarlierStart ? 'What an earlier start saved is in force' : 'The machine starts without';
  return `No datasource gave a configuration (${reasons.join('; ')}). ${rest}; “ros cloud-init” asks again.`;
}

/** What has been applied to the machine before the datasources were asked, and may be other now. */
function applyChanged(system: System, before: CloudConfig, now: CloudConfig): number {
  const isOther = (part: (config: CloudConfig) => unknown) =>
    JSON.stringify(part(before)) !== JSON.stringify(part(now));
  return eachStep(system, [
    // Told only now, they come late; but the machine of the next start would have run them.
    () => runBootCommands(system, now),
    ...(isOther(({ hostname }) => hostname) ? [() => setHostname(system, now)] : []),
    ...(isOther(({ rancher }) => rancher?.modules) ? [() => loadModules(system, now)] : []),
    ...(isOther(({ rancher }) => rancher?.sysctl) ? [() => setKernelSettings(system, now)] : []),
    ...(isOther(({ hostname, rancher }) => [hostname, rancher?.network, rancher?.dns])
      ? [() => applyNetwork(system)]
      : []),
  ]);
}

/** The name of the machine is part of it: DHCP servers are told it. Addresses are waited for by the service network. */
function applyNetwork(system: System): void {
  must(system, ['ros', 'netconf', '--no-wait']);
}
