import type { Action, Artifact, ArtifactKind, InputRef, Limits, Step, StepId } from '../core/step.ts';

/** Timestamp of everything whose time means nothing: 2024-01-01T00:00:00Z. A fixed one, or every commit would rebuild everything. */
export const BUILD_EPOCH = 1_704_067_200;

const DEFAULT_LIMITS: Limits = { memoryMiB: 4096, seconds: 1800 };

/** What a caller says of a step; the rest has defaults. */
export interface StepSpec<O extends { readonly [name: string]: ArtifactKind }> {
  /** Name of the folder in `pipeline/steps`. */
  readonly kind: string;
  readonly title: string;
  readonly action: Action;
  readonly inputs: { readonly [name: string]: InputRef };
  readonly outputs: O;
  readonly epoch?: number;
  readonly limits?: Partial<Limits>;
}

export type OutputsOf<O extends { readonly [name: string]: ArtifactKind }> = {
  readonly [name in keyof O]: Artifact<O[name]>;
};

/** All steps. Adding one runs nothing: it returns typed handles to the outputs. */
export class Graph {
  readonly #steps: Step[] = [];

  add<const O extends { readonly [name: string]: ArtifactKind }>(spec: StepSpec<O>): OutputsOf<O> {
    const id = this.#steps.length as StepId;
    this.#steps.push({
      id,
      kind: spec.kind,
      title: spec.title,
      action: spec.action,
      inputs: spec.inputs,
      outputs: spec.outputs,
      epoch: spec.epoch ?? BUILD_EPOCH,
      limits: { ...DEFAULT_LIMITS, ...spec.limits },
    });
    const handles: { [name: string]: Artifact } = {};
    for (const [output, kind] of Object.entries(spec.outputs))
      handles[output] = { from: 'step', step: id, output, kind };
    return handles as OutputsOf<O>;
  }

  step(id: StepId): Step {
    const step = this.#steps[id];
    if (!step) throw new RangeError(`no step ${id} in this graph`);
    return step;
  }

  get size(): number {
    return this.#steps.length;
  }
}
