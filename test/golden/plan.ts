import { allTargets, type DeclaredTarget } from '../../pipeline/cli/all-targets.ts';
import { ProofCollector } from '../../pipeline/cli/proof-collector.ts';
import { readContext } from '../../pipeline/cli/wire.ts';
import { type Digest, digestOf } from '../../pipeline/core/digest.ts';
import { canonicalJson, compareCodeUnits, type Json } from '../../pipeline/core/json.ts';
import type { Medium } from '../../pipeline/core/medium.ts';
import type { Artifact, ArtifactKind, InputRef, Step, StepId } from '../../pipeline/core/step.ts';
import { BUILD_EPOCH, Graph, type OutputsOf, type StepSpec } from '../../pipeline/graph/graph.ts';
import { requireFreshLock } from '../../pipeline/pins/fresh-lock.ts';
import type { BuildContext } from '../../pipeline/recipes/context.ts';
import { projectFolder } from '../rig/project.ts';

/** The graph of all targets, and of each what it is made of. */
export interface Plan {
  readonly graph: Graph;
  readonly targets: readonly PlannedTarget[];
  /** Where the code calls `toolStep` for steps of this plan, as `pipeline/steps/gzip/step.ts:8`. */
  readonly toolCalls: ReadonlySet<string>;
  /** What recipes say of release files, by `<step>/<output>`. */
  readonly media: ReadonlyMap<string, Medium>;
}

/** A graph that keeps which lines of the code add steps that run tools. */
class TracedGraph extends Graph {
  readonly toolCalls = new Set<string>();

  override add<const O extends { readonly [name: string]: ArtifactKind }>(spec: StepSpec<O>): OutputsOf<O> {
    const [, call] = spec.action.type === 'tool' ? (/(pipeline\/(?!graph\/|steps\/kit\/)[\w/-]+\.ts:\d+)/.exec(new Error('here').stack ?? '') ?? []) : [];
    if (call !== undefined) this.toolCalls.add(call);
    return super.add<O>(spec);
  }
}

export interface PlannedTarget {
  readonly target: DeclaredTarget;
  readonly artifacts: { readonly [path: string]: Artifact };
  /** What must come about though no file holds it. */
  readonly proofs: readonly Artifact[];
}

/** Plans all targets as `--all` does, and runs nothing. What a build bundles first, the guest program, has a word in its place. */
export async function planAll(): Promise<Plan> {
  const graph = new TracedGraph();
  const proofs = new ProofCollector();
  const media = new Map<string, Medium>();
  const context: BuildContext = await readContext({
    graph,
    proofs,
    media,
    projectFolder,
    lock: await requireFreshLock(projectFolder),
    version: 'v0.0.0-plan',
    cloudConfig: undefined,
    rosProgram: new Map([['main.js', '(the guest program)']]),
    readConfiguration: "(the release's configuration)",
  });
  const targets = allTargets().map((target) => {
    const { made, proofs: own } = proofs.collect(() => target.make(context));
    return { target, artifacts: made, proofs: own };
  });
  return { graph, targets, media, toolCalls: graph.toolCalls };
}

/** The files of one target, each with the step behind it, and the titles of all steps that it takes. */
export function targetText(plan: Plan, { target, artifacts, proofs }: PlannedTarget): string {
  const labels = labelsOf(plan.graph);
  const files = Object.entries(artifacts).map(([path, artifact]) => `${path} ← ${shown(artifact, labels)}`);
  const steps = new Set<StepId>();
  for (const artifact of [...Object.values(artifacts), ...proofs]) addSteps(plan.graph, artifact, steps);
  const titles = new Set([...steps].map((id) => labels.get(id) ?? ''));
  return `# ${target.name} (${target.arch})\n\n${lines(files)}\n${lines(titles)}`;
}

/** Every step that a target needs, once, by its title: what it runs or writes, what goes in, what comes out. No digests and no versions of packages. */
export function stepsText({ graph, targets }: Plan): string {
  const labels = labelsOf(graph);
  const used = new Set<StepId>();
  for (const { artifacts, proofs } of targets) for (const artifact of [...Object.values(artifacts), ...proofs]) addSteps(graph, artifact, used);
  const texts = new Set([...used].map((id) => `${labels.get(id)}\n${stepText(graph.step(id), labels)}`));
  return [...texts].sort(compareCodeUnits).join('\n');
}

function stepText(step: Step, labels: ReadonlyMap<StepId, string>): string {
  const { action } = step;
  const does =
    action.type === 'builtin'
      ? [`writer ${action.writer}`, ...optionLines(action.options)]
      : [`image ${shown(action.image, labels)}`, ...action.commands.flatMap(({ argv, ...rest }) => [`run ${argv.join(' ')}`, ...optionLines(rest).map((line) => `  ${line}`)])];
  const inputs = Object.entries(step.inputs)
    .sort(([one], [other]) => compareCodeUnits(one, other))
    .map(([name, ref]) => `${name} ← ${shown(ref, labels)}`);
  const outputs = Object.entries(step.outputs)
    .sort(([one], [other]) => compareCodeUnits(one, other))
    .map(([name, kind]) => `${name} → ${kind}`);
  const epoch = step.epoch === BUILD_EPOCH ? [] : [`epoch ${step.epoch}`];
  return [...does, ...inputs, ...outputs, ...epoch].map((line) => `  ${line}\n`).join('');
}

/** A line for each member, and for each element of a list, so that a change of one is a change of one line. */
function optionLines(options: object | Json): readonly string[] {
  return Object.entries((options ?? {}) as { readonly [name: string]: Json | undefined })
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => compareCodeUnits(one, other))
    .flatMap(([name, value]) => (Array.isArray(value) ? (value as readonly Json[]).map((each) => `${name}[] ${shownJson(each)}`) : [`${name} ${shownJson(value as Json)}`]));
}

/** JSON in which the newlines that fill a file up to its fixed size are a count. */
function shownJson(value: Json): string {
  return canonicalJson(value).replace(/(?:\\n){20,}/g, (all) => `\\n × ${all.length / 2}`);
}

/**
 * What each step is called: its title, the processor where packages of another one than amd64 go in, and a number where others are called
 * like that too. Steps that are alike in everything, which the engine runs once, have one label.
 */
function labelsOf(graph: Graph): ReadonlyMap<StepId, string> {
  const steps = Array.from({ length: graph.size }, (_, index) => graph.step(index as StepId));
  const names = new Map<StepId, string>();
  const identities = new Map<StepId, Digest>();
  // Inputs stand before what they go into, so theirs are known.
  for (const step of steps) {
    const isArm = Object.values(step.inputs).some((ref) => (ref.from === 'step' ? names.get(ref.step)?.endsWith(ARM) : ref.from === 'debian' && ref.arch === 'arm64'));
    names.set(step.id, isArm ? `${step.title}${ARM}` : step.title);
    identities.set(step.id, digestOf(`${step.title}\n${stepText(step, identities)}`));
  }
  /** Of each name the identities of its steps, sorted by what a person can read. */
  const alike = new Map<string, Digest[]>();
  const sorted = steps.map((step) => ({ name: names.get(step.id) ?? '', text: stepText(step, names), identity: identities.get(step.id) as Digest }));
  for (const { name, identity } of sorted.sort((one, other) => compareCodeUnits(one.text, other.text) || compareCodeUnits(one.identity, other.identity))) {
    const known = alike.get(name) ?? [];
    if (!known.includes(identity)) alike.set(name, [...known, identity]);
  }
  return new Map(
    steps.map(({ id }) => {
      const name = names.get(id) ?? '';
      const known = alike.get(name) ?? [];
      return [id, known.length > 1 ? `${name} #${known.indexOf(identities.get(id) as Digest) + 1}` : name];
    }),
  );
}

/** Behind what is of packages for Arm. */
const ARM = ' (arm64)';

function addSteps(graph: Graph, ref: InputRef, steps: Set<StepId>): void {
  if (ref.from !== 'step' || steps.has(ref.step)) return;
  steps.add(ref.step);
  const { action, inputs } = graph.step(ref.step);
  if (action.type === 'tool') addSteps(graph, action.image, steps);
  for (const input of Object.values(inputs)) addSteps(graph, input, steps);
}

function shown(ref: InputRef, labels: ReadonlyMap<StepId, string>): string {
  switch (ref.from) {
    case 'step':
      return `${labels.get(ref.step)}: ${ref.output}`;
    case 'debian':
      return `package ${ref.name} ${ref.arch}`;
    case 'url':
      return `url ${ref.name}`;
    case 'repository':
      return ref.path;
  }
}

function lines(texts: Iterable<string>): string {
  return [...texts]
    .sort(compareCodeUnits)
    .map((text) => `${text}\n`)
    .join('');
}
