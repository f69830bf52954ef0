import type { Artifact, ArtifactKind, Command } from '../../core/step.ts';
import type { Graph } from '../../graph/graph.ts';
import { flatInputs, type InputName } from './kind.ts';
import type { KindName } from './kind-names.ts';

/** Where steps that run native tools are added, and the image that they run in. */
export interface Tools {
  readonly graph: Graph;
  readonly image: Artifact<'tool-image'>;
}

/** Paths as the tools of a step see them. */
export interface ToolPaths<Name extends string> {
  readonly input: (name: Name) => `/in/${string}`;
  readonly output: `/out/${string}`;
}

/** Adds a step of the kind `kind` that runs native tools one after another, and gives its only output. */
export function toolStep<const I extends object, K extends ArtifactKind>(
  { graph, image }: Tools,
  spec: {
    readonly kind: KindName;
    readonly title: string;
    readonly inputs: I;
    readonly output: { readonly name: string; readonly kind: K };
    readonly commands: (paths: ToolPaths<InputName<I>>) => readonly [Command, ...Command[]];
  },
): Artifact<K> {
  const { name, kind } = spec.output;
  const handles: { readonly [name: string]: Artifact } = graph.add({
    kind: spec.kind,
    title: spec.title,
    action: {
      type: 'tool',
      image,
      commands: spec.commands({ input: (input) => `/in/${input}`, output: `/out/${name}` }),
    },
    inputs: flatInputs(spec.inputs),
    outputs: { [name]: kind } as { readonly [name: string]: ArtifactKind },
  });
  return handles[name] as Artifact<K>;
}
