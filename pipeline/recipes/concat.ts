import type { Artifact, ArtifactKind } from '../core/step.ts';
import type { BuildContext } from './context.ts';

/** Files one after another as one. */
export function concatenated<K extends ArtifactKind = 'file'>(
  context: BuildContext,
  { title, parts, kind }: { readonly title: string; readonly parts: readonly Artifact[]; readonly kind?: K },
): Artifact<K> {
  const names = parts.map((_, index) => `part/${index}`);
  const handles: { readonly [name: string]: Artifact } = context.graph.add({
    title,
    action: { type: 'builtin', writer: 'concat', options: { parts: names } },
    inputs: Object.fromEntries(parts.map((part, index) => [`part/${index}`, part])),
    outputs: { file: kind ?? 'file' } as { readonly [name: string]: ArtifactKind },
  });
  return handles['file'] as Artifact<K>;
}
