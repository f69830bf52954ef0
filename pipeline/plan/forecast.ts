import { type Digest, digestOf } from '../core/digest.ts';
import { compareCodeUnits, type Json } from '../core/json.ts';
import type { ActionCache, ActionRecord, BlobStore } from '../core/ports.ts';
import type { Artifact, Blob, Input, InputRef, PackagePin, Step, StepId, UrlPin } from '../core/step.ts';
import type { Graph } from '../graph/graph.ts';
import { type KeyContext, keyOf } from '../graph/key.ts';
import type { PlannedInput, PlannedStep } from './planned-step.ts';

/** What a forecast looks into. It runs and downloads nothing. */
export interface ForecastOptions {
  readonly graph: Graph;
  readonly store: BlobStore;
  readonly actions: ActionCache;
  /** Digest of each built-in writer's bundle, by writer name. */
  readonly writerCode: { readonly [writer: string]: Digest };
  /** Digest of a file of the repository. */
  readonly fetch: (input: Input) => Promise<Blob>;
  /** Whether tools run without isolation: results that were made so serve them too. */
  readonly isUnisolated: boolean;
}

/** What a build of some artifacts would do. */
export interface Forecast {
  /** In the order of the graph: what a step needs stands before it. */
  readonly steps: readonly PlannedStep[];
  /** What steps that run need and the store lacks; each once. */
  readonly downloads: readonly (PackagePin | UrlPin)[];
}

interface Known {
  readonly step: PlannedStep;
  /** Equal for steps that are the same in everything, whether their keys are known or not. */
  readonly identity: Digest;
  readonly outputs: { readonly [name: string]: Blob } | undefined;
}

/** Looks up the keys of all steps behind some artifacts, as far as they can be known without running a step. Side by side: a remote store is far away. */
export async function forecast(artifacts: readonly Artifact[], options: ForecastOptions): Promise<Forecast> {
  const known = new Map<StepId, Promise<Known>>();
  const ids = stepsBehind(artifacts, options.graph);
  for (const id of ids) known.set(id, look(options.graph.step(id), known, options));
  const first = new Map<Digest, number>();
  const steps = (await Promise.all(known.values())).map(({ step, identity }) => {
    const sameAs = step.state === 'cached' ? undefined : first.get(identity);
    first.set(identity, first.get(identity) ?? step.id);
    return sameAs === undefined ? step : { ...step, sameAs };
  });
  return { steps, downloads: await missingPins(steps, options) };
}

/** Ids of the steps that some artifacts need, sorted: inputs are added to a graph before what they go into. */
function stepsBehind(artifacts: readonly Artifact[], graph: Graph): readonly StepId[] {
  const found = new Set<StepId>();
  const queue: InputRef[] = [...artifacts];
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    if (ref.from !== 'step' || found.has(ref.step)) continue;
    found.add(ref.step);
    const { action, inputs } = graph.step(ref.step);
    if (action.type === 'tool') queue.push(action.image);
    queue.push(...Object.values(inputs));
  }
  return [...found].sort((a, b) => a - b);
}

async function look(step: Step, known: ReadonlyMap<StepId, Promise<Known>>, options: ForecastOptions): Promise<Known> {
  const inputs: { [name: string]: PlannedInput } = {};
  const digests: { [name: string]: Digest } = {};
  const identities: { [name: string]: Digest } = {};
  const dependsOn = new Set<number>();
  const take = async (ref: InputRef) => {
    const before = ref.from === 'step' ? await known.get(ref.step) : undefined;
    const planned = await plannedInput(ref, before, options);
    if (planned.digest !== undefined) return { planned, digest: planned.digest, identity: planned.digest };
    for (const id of before?.step.state === 'waits' ? (before.step.dependsOn ?? []) : [before?.step.id ?? 0])
      dependsOn.add(id);
    return {
      planned,
      digest: undefined,
      identity: digestOf(`${before?.identity}\0${ref.from === 'step' ? ref.output : ''}`),
    };
  };
  for (const [name, ref] of Object.entries(step.inputs)) {
    const { planned, digest, identity } = await take(ref);
    inputs[name] = planned;
    identities[name] = identity;
    if (digest) digests[name] = digest;
  }
  const image = step.action.type === 'tool' ? await take(step.action.image) : undefined;
  const code = step.action.type === 'builtin' ? options.writerCode[step.action.writer] : undefined;
  const planned: Omit<PlannedStep, 'state'> = {
    id: step.id,
    title: step.title,
    kind: step.kind,
    inputs,
    ...(image ? { image: image.planned } : {}),
    ...(step.action.type === 'tool' ? { commands: step.action.commands as unknown as Json } : {}),
    ...(step.action.type === 'builtin' && code
      ? { writer: { name: step.action.writer, code, options: step.action.options } }
      : {}),
    epoch: step.epoch,
    outputs: Object.keys(step.outputs).sort(compareCodeUnits),
  };
  const identity = keyOf(step, { inputs: identities, image: image?.identity, code });
  if (dependsOn.size > 0) {
    const ids = [...dependsOn].sort((a, b) => a - b);
    return { step: { ...planned, state: 'waits', dependsOn: ids }, identity, outputs: undefined };
  }
  const { key, record, reason } = await lookUp(step, { inputs: digests, image: image?.digest, code }, options);
  if (!record) return { step: { ...planned, state: 'run', key, reason }, identity, outputs: undefined };
  const { outputs } = record;
  const isRemote = !(await allHere(record, options.store));
  return {
    step: { ...planned, state: 'cached', key, made: outputs, ...(isRemote ? { isRemote } : {}) },
    identity,
    outputs,
  };
}

async function plannedInput(ref: InputRef, before: Known | undefined, options: ForecastOptions): Promise<PlannedInput> {
  switch (ref.from) {
    case 'step': {
      const title = before?.step.title ?? options.graph.step(ref.step).title;
      return { from: 'step', title, output: ref.output, digest: before?.outputs?.[ref.output]?.digest };
    }
    case 'repository':
      return { from: 'repository', path: ref.path, digest: (await options.fetch(ref)).digest };
    case 'debian':
      return { from: 'debian', name: ref.name, version: ref.version, arch: ref.arch, digest: ref.digest };
    case 'url':
      return { from: 'url', name: ref.name, digest: ref.digest };
  }
}

interface LookUp {
  readonly key: Digest;
  readonly record?: ActionRecord;
  readonly reason?: string;
}

/** What the engine would find under a step's keys. */
async function lookUp(step: Step, context: KeyContext, options: ForecastOptions): Promise<LookUp> {
  const key = keyOf(step, context);
  const record = await options.actions.get(key);
  if (record?.isolated && (await isWithinReach(record, options.store))) return { key, record };
  if (options.isUnisolated && step.action.type === 'tool') {
    const own = keyOf(step, { ...context, isUnisolated: true });
    const made = await options.actions.get(own);
    if (made && (await isWithinReach(made, options.store))) return { key: own, record: made };
  }
  if (!record) return { key };
  return { key, reason: whyUnused(record) };
}

function whyUnused({ isolated, isRemote }: ActionRecord): string {
  if (!isolated) return 'its result was made without isolation, and is not used';
  return isRemote ? 'a remote cache had its result, and does not give it now' : 'its result is no longer in the store';
}

async function isWithinReach({ outputs }: ActionRecord, store: BlobStore): Promise<boolean> {
  for (const { digest } of Object.values(outputs)) if (!(await store.isWithinReach(digest))) return false;
  return true;
}

async function allHere(record: ActionRecord, store: BlobStore): Promise<boolean> {
  for (const { digest } of Object.values(record.outputs)) if (!(await store.has(digest))) return false;
  return true;
}

async function missingPins(
  steps: readonly PlannedStep[],
  { graph, store }: ForecastOptions,
): Promise<readonly (PackagePin | UrlPin)[]> {
  const missing = new Map<Digest, PackagePin | UrlPin>();
  for (const { id, state } of steps) {
    if (state === 'cached') continue;
    for (const ref of Object.values(graph.step(id as StepId).inputs)) {
      if (ref.from !== 'debian' && ref.from !== 'url') continue;
      if (!missing.has(ref.digest) && !(await store.has(ref.digest))) missing.set(ref.digest, ref);
    }
  }
  return [...missing.values()];
}
