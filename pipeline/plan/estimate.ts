import type { PackagePin, UrlPin } from '../core/step.ts';
import type { StepCosts } from './costs.ts';
import type { Forecast } from './forecast.ts';
import type { PlannedStep } from './planned-step.ts';

/** What a build would take. */
export interface Estimate {
  readonly steps: { readonly total: number; readonly cached: number; readonly run: number; readonly waits: number };
  readonly download: { readonly files: number; readonly bytes: number };
  /** Bytes that the store would grow by: downloads, and what steps make. */
  readonly storeBytes: number;
  /** How long it would take; steps that wait may turn out to be cached. */
  readonly milliseconds: number;
  /** Whether every step that may run has run on this store before, so that its time and size are known. */
  readonly isMeasured: boolean;
  /** By id: what each step that may run would take. */
  readonly costs: ReadonlyMap<number, { readonly milliseconds: number; readonly bytes: number }>;
}

/** What a step makes of a byte that goes in, where it never ran here: measured over a whole build of amd64. */
const GROWTH: { readonly [kind: string]: number } = {
  'unpack-deb': 3.6,
  squashfs: 0.35,
  gzip: 0.4,
  zstd: 0.4,
  'tree-check': 0,
  'firmware-check': 0,
  select: 0.1,
  pieces: 0,
  'disk-pieces': 0,
};
/** What a step takes that never ran here. */
const TOOL_MILLISECONDS = 3000;
const WRITER_MILLISECONDS = 300;

/** Adds up what the steps of a forecast would take, from what they took before, else by their kind. */
export function estimate({ steps, downloads }: Forecast, costs: StepCosts, parallel: number): Estimate {
  const sizes = new Map<string, number>();
  const pins = new Map<string, number>(downloads.map(({ digest, size }) => [digest, size]));
  const own = new Map<number, { readonly milliseconds: number; readonly bytes: number }>();
  let isMeasured = true;
  for (const step of steps) {
    const known = costs[step.title];
    if (step.made) {
      for (const blob of Object.values(step.made)) sizes.set(step.title, (sizes.get(step.title) ?? 0) + blob.size);
      continue;
    }
    if (!known) isMeasured = false;
    const cost = known ?? { milliseconds: defaultTime(step), bytes: defaultSize(step, { sizes, pins }) };
    sizes.set(step.title, cost.bytes);
    if (step.sameAs === undefined) own.set(step.id, cost);
  }
  const each = [...own.values()];
  const bytes = sumOf(downloads, ({ size }: PackagePin | UrlPin) => size);
  const times = each.map(({ milliseconds }) => milliseconds);
  return {
    steps: countStates(steps),
    download: { files: downloads.length, bytes },
    storeBytes: Math.round(bytes + sumOf(each, (cost) => cost.bytes)),
    milliseconds: Math.round(Math.max(sumOf(times, (time) => time) / parallel, ...times, 0)),
    isMeasured,
    costs: own,
  };
}

/** Counts steps by what would become of them; of those that are the same, one. */
function countStates(steps: readonly PlannedStep[]): Estimate['steps'] {
  const distinct = steps.filter(({ sameAs }) => sameAs === undefined);
  const of = (state: PlannedStep['state']) => distinct.filter((step) => step.state === state).length;
  return { total: distinct.length, cached: of('cached'), run: of('run'), waits: of('waits') };
}

function defaultTime({ writer }: PlannedStep): number {
  return writer ? WRITER_MILLISECONDS : TOOL_MILLISECONDS;
}

function defaultSize(
  step: PlannedStep,
  known: { readonly sizes: ReadonlyMap<string, number>; readonly pins: ReadonlyMap<string, number> },
): number {
  const into = sumOf(Object.values(step.inputs), (input) =>
    input.from === 'step' ? (known.sizes.get(input.title) ?? 0) : (known.pins.get(input.digest) ?? 0),
  );
  return into * (GROWTH[step.kind] ?? 1);
}

function sumOf<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((sum, each) => sum + of(each), 0);
}
