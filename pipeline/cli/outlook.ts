import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { PlanEvent } from '../core/event.ts';
import { waivedSentence, waivesIsolation } from '../exec/choice.ts';
import type { StepCosts } from '../plan/costs.ts';
import { type Estimate, estimate } from '../plan/estimate.ts';
import type { Forecast } from '../plan/forecast.ts';
import { toolImage } from '../recipes/tool-image.ts';
import type { Settings } from './settings.ts';
import { artifactsOf, type BegunTarget } from './target-outcome.ts';
import type { RemoteState, Wiring } from './wire.ts';

/** What tools would run with. */
export interface ExecutorOutlook {
  /** Undefined where it is not known before the tool image has been built, or where no tool runs. */
  readonly name?: string | undefined;
  readonly isolated?: boolean | undefined;
  readonly words: string;
}

/** Free bytes of a file system, and what the build would take of it. */
export interface Space {
  readonly place: string;
  readonly free: number;
  readonly needed: number;
}

/** What a build would do and take, known before anything of it is done. */
export interface Outlook {
  readonly forecast: Forecast;
  readonly estimate: Estimate;
  readonly executor: ExecutorOutlook;
  /** What is to be said of the remote cache; undefined where none was named. */
  readonly remote: string | undefined;
  readonly store: Space;
  readonly dist: Space;
}

/**
 * Looks ahead for a build of several targets. One that cannot be planned, such as by an input that is not there, is left out: what is wrong with
 * it is told when it is built, and stops none of the others. Only where the plan of all fails is each asked by itself.
 */
export async function lookAheadAtSound(
  begun: readonly BegunTarget[],
  wiring: Wiring,
  about: Parameters<typeof lookAhead>[2],
): Promise<Outlook> {
  try {
    return await lookAhead(begun, wiring, about);
  } catch (error) {
    const made = begun.filter((each) => each.made);
    const sound = begun.length === 1 ? made : await soundTargets(made, wiring);
    if (sound.length === made.length) throw error;
    return lookAhead(sound, wiring, about);
  }
}

async function soundTargets(made: readonly BegunTarget[], wiring: Wiring): Promise<readonly BegunTarget[]> {
  const isSound = (each: BegunTarget) =>
    wiring.forecast(artifactsOf([each]), { isUnisolated: false }).then(
      () => true,
      () => false,
    );
  const sound: BegunTarget[] = [];
  for (const each of made) if (await isSound(each)) sound.push(each);
  return sound;
}

/** Looks ahead. Downloads and runs nothing; with an executor that can be asked, a probe of it runs, and may refuse (`no-executor`). */
export async function lookAhead(
  begun: readonly BegunTarget[],
  wiring: Wiring,
  { settings, root, version }: { readonly settings: Settings; readonly root: string; readonly version: string },
): Promise<Outlook> {
  const artifacts = artifactsOf(begun);
  const mayRun = ({ steps }: Forecast) => steps.some(({ state }) => state !== 'cached');
  const isWaived = waivesIsolation(settings.executor);
  let forecast = await wiring.forecast(artifacts, { isUnisolated: isWaived });
  const executor = await executorOutlook(forecast, wiring, settings);
  if (executor.isolated === false && !isWaived) forecast = await wiring.forecast(artifacts, { isUnisolated: true });
  const costs = mayRun(forecast) ? await wiring.costs.read() : {};
  const estimated = estimate(forecast, costs, settings.jobs);
  return {
    forecast,
    estimate: estimated,
    executor,
    remote: remoteWords(wiring.remoteState(), estimated.steps.remote),
    store: await spaceAt(settings.cacheFolder, estimated.storeBytes),
    dist: await spaceAt(root, await publishedBytes(begun, { forecast, costs, directory: path.join(root, version) })),
  };
}

async function executorOutlook({ steps }: Forecast, wiring: Wiring, { executor }: Settings): Promise<ExecutorOutlook> {
  if (waivesIsolation(executor)) return { name: executor, isolated: false, words: waivedSentence() };
  if (!steps.some(({ state, commands }) => state !== 'cached' && commands !== undefined))
    return { words: `${executor} (no tool runs)` };
  const image = await wiring.forecast([toolImage(wiring.context, 'tools')], { isUnisolated: false });
  if (image.steps.some(({ state }) => state !== 'cached'))
    return { words: `${executor}: it is tried when its tool image has been built` };
  const {
    executor: { name, isolated },
    sentence,
  } = await wiring.toolExecutor();
  return { name, isolated, words: sentence };
}

function remoteWords(state: RemoteState | undefined, results: number): string | undefined {
  if (!state) return undefined;
  const { url, isRead, whyGivenUp } = state;
  if (!isRead) return `${url} was not asked: a release takes nothing from it without --release-from-cache`;
  const has = `${url} has ${results} of the cached results`;
  return whyGivenUp === undefined ? has : `${has}, and is not asked any more: ${whyGivenUp}`;
}

async function spaceAt(place: string, needed: number): Promise<Space> {
  let there = place;
  while (!existsSync(there) && path.dirname(there) !== there) there = path.dirname(there);
  const { bavail, bsize } = await statfs(there);
  return { place, free: bavail * bsize, needed };
}

/** What the release files take that are not there yet, as far as they are made or were made before. */
async function publishedBytes(
  begun: readonly BegunTarget[],
  about: { readonly forecast: Forecast; readonly costs: StepCosts; readonly directory: string },
): Promise<number> {
  const byId = new Map(about.forecast.steps.map((step) => [step.id, step]));
  let sum = 0;
  for (const { made } of begun) {
    for (const [file, { step: id, output }] of Object.entries(made?.artifacts ?? {})) {
      const step = byId.get(id);
      const size = step?.made?.[output]?.size ?? about.costs[step?.title ?? '']?.bytes ?? 0;
      const there = await stat(path.join(about.directory, file)).catch(() => undefined);
      if (there?.size !== size) sum += size;
    }
  }
  return sum;
}

/** The same for reporters. */
export function planEvent(
  { forecast: { steps }, estimate: { download, storeBytes, milliseconds, isMeasured, costs } }: Outlook,
  of: { readonly version: string; readonly targets: readonly string[] },
): PlanEvent {
  const alike = new Map<number, number[]>();
  for (const { id, sameAs } of steps) if (sameAs !== undefined) alike.set(sameAs, [...(alike.get(sameAs) ?? []), id]);
  return {
    type: 'plan',
    version: of.version,
    targets: of.targets,
    steps: steps
      .filter(({ sameAs }) => sameAs === undefined)
      .map(({ id, kind, title, state }) => ({
        id,
        ...(alike.has(id) ? { alike: alike.get(id) } : {}),
        kind,
        title,
        state,
        ...(costs.has(id) ? { milliseconds: costs.get(id)?.milliseconds } : {}),
      })),
    download,
    storeBytes,
    milliseconds,
    isMeasured,
  };
}
