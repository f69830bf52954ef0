import type { Artifact, ArtifactKind } from '../core/step.ts';
import type { BuildContext } from './context.ts';

/** Files one after another as one, each begun at a multiple of `align` bytes. */
export function concatenated<K extends ArtifactKind = 'file'>(
  context: BuildContext,
  title: string,
  parts: readonly Artifact[],
  options: { readonly align?: number; readonly kind?: K } = {},
): Artifact<K> {
  const handles: { readonly [name: string]: Artifact } = context.graph.add({
    title,
    action: {
      type: 'builtin',
      writer: 'concat',
      options: { parts: parts.map((_, index) => ({ input: `part/${index}`, align: options.align ?? 1 })) },
    },
    inputs: Object.fromEntries(parts.map((part, index) => [`part/${index}`, part])),
    outputs: { file: options.kind ?? 'file' } as { readonly [name: string]: ArtifactKind },
  });
  return handles['file'] as Artifact<K>;
}
