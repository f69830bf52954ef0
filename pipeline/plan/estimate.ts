import type { PackagePin, UrlPin } from '../core/step.ts';
import type { StepCost, StepCosts } from './costs.ts';
import type { Forecast } from './forecast.ts';
import type { PlannedStep } from './planned-step.ts';

/** What a build would take. */
export interface Estimate {
  readonly steps: {
    readonly total: number;
    readonly cached: number;
    /** Those of the cached whose result would come from a remote store. */
    readonly remote: number;
    readonly run: number;
    readonly waits: number;
  };
  readonly download: { readonly files: number; readonly bytes: number };
  /** Bytes that the store would grow by: downloads, and what steps make. */
  readonly storeBytes: number;
  /** How long it would take; steps that wait may turn out to be cached. */
  readonly milliseconds: number;
  /** Whether every step that may run has run on this store before, so that its time and size are known. */
  readonly isMeasured: boolean;
  /** By id: what each step that may run would take. */
  readonly costs: ReadonlyMap<number, StepCost>;
}

/** What a store grows by for a downloaded byte, where nothing of a build ran there before: measured over a build of amd64 on an empty store. */
const GROWTH = 12;
/** What a step takes that never ran here. */
const TOOL_MILLISECONDS = 3000;
const WRITER_MILLISECONDS = 300;

/** Adds up what the steps of a forecast would take, from what they took before, else by their kind. */
export function estimate({ steps, downloads }: Forecast, costs: StepCosts, parallel: number): Estimate {
  const own = new Map<number, StepCost>();
  let isMeasured = true;
  for (const step of steps) {
    if (step.state === 'cached' || step.sameAs !== undefined) continue;
    const known = costs[step.title];
    if (!known) isMeasured = false;
    own.set(step.id, known ?? { milliseconds: defaultTime(step), bytes: 0 });
  }
  const each = [...own.values()];
  const bytes = sumOf(downloads, ({ size }: PackagePin | UrlPin) => size);
  const times = each.map(({ milliseconds }) => milliseconds);
  return {
    steps: countStates(steps),
    download: { files: downloads.length, bytes },
    storeBytes: Math.max(bytes + sumOf(each, (cost) => cost.bytes), isMeasured ? 0 : bytes * GROWTH),
    milliseconds: Math.round(Math.max(sumOf(times, (time) => time) / parallel, ...times, 0)),
    isMeasured,
    costs: own,
  };
}

/** Counts steps by what would become of them; of those that are the same, one. */
function countStates(steps: readonly PlannedStep[]): Estimate['steps'] {
  const distinct = steps.filter(({ sameAs }) => sameAs === undefined);
  const of = (state: PlannedStep['state']) => distinct.filter((step) => step.state === state).length;
  const remote = distinct.filter(({ isRemote }) => isRemote).length;
  return { total: distinct.length, cached: of('cached'), remote, run: of('run'), waits: of('waits') };
}

function defaultTime({ writer }: PlannedStep): number {
  return writer ? WRITER_MILLISECONDS : TOOL_MILLISECONDS;
}

function sumOf<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((sum, each) => sum + of(each), 0);
}
