import type { Artifact, ArtifactKind, Command, InputRef } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { toolImage } from './tool-image.ts';

/** Adds a step that runs native tools of the `tools` image one after another, and gives its only output, `/out/<output>`. */
export function toolStep<K extends ArtifactKind>(
  context: BuildContext,
  spec: {
    readonly title: string;
    readonly inputs: { readonly [name: string]: InputRef };
    readonly output: { readonly name: string; readonly kind: K };
    readonly commands: readonly [Command, ...Command[]];
  },
): Artifact<K> {
  const { name, kind } = spec.output;
  const handles: { readonly [name: string]: Artifact } = context.graph.add({
    title: spec.title,
    action: { type: 'tool', image: toolImage(context, 'tools'), commands: spec.commands },
    inputs: spec.inputs,
    outputs: { [name]: kind } as { readonly [name: string]: ArtifactKind },
  });
  return handles[name] as Artifact<K>;
}
