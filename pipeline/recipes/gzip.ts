import type { Artifact } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import type { Stream } from './stream.ts';
import { toolStep } from './tool-step.ts';

/** A stream, compressed by the pinned gzip: what Node's own zlib writes changes with its version. */
export function gzipCompressed(
  context: BuildContext,
  title: string,
  { pieces, parts }: Stream,
  level: 1 | 6,
): Artifact<'gzip'> {
  return toolStep(context, {
    title,
    inputs: { ...parts, pieces },
    output: { name: 'gzip', kind: 'gzip' },
    commands: [{ argv: ['gzip', '-n', `-${level}`], pieces: '/in/pieces', stdout: '/out/gzip' }],
  });
}
