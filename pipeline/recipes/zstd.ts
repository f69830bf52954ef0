import type { Artifact, InputRef } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { toolStep } from './tool-step.ts';

/** Images are mostly compressed already; only zeros and tables are left to press. One thread: with more the bytes are a matter of luck. */
export const ZSTD = ['zstd', '-3', '--long=27', '--quiet', '--single-thread', '--no-progress'] as const;

/** One file, compressed. */
export function zstdCompressed(context: BuildContext, title: string, file: InputRef): Artifact<'zstd'> {
  return toolStep(context, {
    title,
    inputs: { file },
    output: { name: 'zstd', kind: 'zstd' },
    commands: [{ argv: [...ZSTD, '-o', '/out/zstd', '/in/file'] }],
  });
}
