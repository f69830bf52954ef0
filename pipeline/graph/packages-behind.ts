import type { Artifact, ArtifactKind, InputRef, PackagePin, Step, StepId } from '../core/step.ts';
import type { Graph } from './graph.ts';

/** A package of the lock, and the step that unpacks it. */
export interface PackageBehind {
  readonly pin: PackagePin;
  readonly step: StepId;
}

/** What describes other bytes, or tells where they lie, and holds none of them. */
const DESCRIPTIONS: readonly ArtifactKind[] = ['json', 'pieces', 'text'];

/**
 * The packages whose files are in what `refs` name, each once, by the steps that made it. Not those of the programs that made it, and not
 * those that it only describes.
 */
export function packagesBehind(graph: Graph, refs: readonly InputRef[]): readonly PackageBehind[] {
  const found = new Map<string, PackageBehind>();
  const seen = new Set<string>();
  const open = [...refs];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    if (ref.from !== 'step' || DESCRIPTIONS.includes(ref.kind) || seen.has(nameOf(ref))) continue;
    seen.add(nameOf(ref));
    const step = graph.step(ref.step);
    for (const input of heldInputs(graph, step))
      if (input.from === 'debian') found.set(input.digest, { pin: input, step: step.id });
      else open.push(input);
  }
  return [...found.values()];
}

function nameOf({ step, output }: Artifact): string {
  return `${step}/${output}`;
}

/** Inputs of a step whose bytes are in its outputs. */
function heldInputs(graph: Graph, step: Step): readonly InputRef[] {
  switch (step.kind) {
    case 'seed':
      // Names and digests of layers.
      return [];
    case 'install-parts':
      return restOfBootPartition(graph, step);
    default:
      return Object.values(step.inputs);
  }
}

/** What lies in a boot partition beside the files that its medium carries anyway. */
function restOfBootPartition(graph: Graph, { action, inputs }: Step): readonly InputRef[] {
  const { boot } = inputs;
  if (boot?.from !== 'step' || action.type !== 'builtin') return Object.values(inputs);
  const { files } = action.options as { readonly files: { readonly [path: string]: string } };
  return Object.entries(graph.step(boot.step).inputs).flatMap(([name, input]) =>
    Object.hasOwn(files, name.replace(/^boot\//, '')) ? [] : [input],
  );
}
