import type { Artifact } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import type { Stream } from './stream.ts';
import { toolStep } from './tool-step.ts';

/** Images are mostly compressed already; only zeros and tables are left to press. One thread: with more the bytes are a matter of luck. */
export const ZSTD = ['zstd', '-3', '--long=27', '--quiet', '--single-thread', '--no-progress'] as const;

/** A stream, compressed. zstd is told how much there is, which the frame then says. */
export function zstdCompressed(context: BuildContext, title: string, { pieces, parts }: Stream): Artifact<'zstd'> {
  return toolStep(context, {
    title,
    inputs: { ...parts, pieces },
    output: { name: 'zstd', kind: 'zstd' },
    commands: [{ argv: [...ZSTD, '--stream-size={size}', '-o', '/out/zstd'], pieces: '/in/pieces' }],
  });
}
