import type { Artifact } from '../../core/step.ts';
import type { Stream } from '../kit/stream.ts';
import { type Tools, toolStep } from '../kit/tool.ts';

/** A stream, compressed by the pinned gzip: what Node's own zlib writes changes with its version. */
export function gzipCompressed(tools: Tools, title: string, stream: Stream, level: 1 | 6): Artifact<'gzip'> {
  const inputs: { readonly pieces: Artifact<'pieces'> } = { ...stream.parts, pieces: stream.pieces };
  return toolStep(tools, {
    kind: 'gzip',
    title,
    inputs,
    output: { name: 'gzip', kind: 'gzip' },
    commands: ({ input, output }) => [{ argv: ['gzip', '-n', `-${level}`], pieces: input('pieces'), stdout: output }],
  });
}
