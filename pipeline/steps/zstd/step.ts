import type { Artifact } from '../../core/step.ts';
import type { Stream } from '../kit/stream.ts';
import { type Tools, toolStep } from '../kit/tool.ts';

/** Images are mostly compressed already; only zeros and tables are left to press. One thread: with more the bytes are a matter of luck. */
const ZSTD = ['zstd', '-3', '--long=27', '--quiet', '--single-thread', '--no-progress'] as const;

/** A stream, compressed. zstd is told how much there is, which the frame then says. */
export function zstdCompressed(tools: Tools, title: string, stream: Stream): Artifact<'zstd'> {
  const inputs: { readonly pieces: Artifact<'pieces'> } = { ...stream.parts, pieces: stream.pieces };
  return toolStep(tools, {
    kind: 'zstd',
    title,
    inputs,
    output: { name: 'zstd', kind: 'zstd' },
    commands: ({ input, output }) => [
      { argv: [...ZSTD, '--stream-size={size}', '-o', output], pieces: input('pieces') },
    ],
  });
}

/** So many MiB of zeros, compressed. */
export function compressedZeros(tools: Tools, mebibytes: number): Artifact<'zstd'> {
  return toolStep(tools, {
    kind: 'zstd',
    title: `${mebibytes} MiB of zeros`,
    inputs: {},
    output: { name: 'zstd', kind: 'zstd' },
    commands: ({ output }) => [
      { argv: ['truncate', '-s', `${mebibytes}M`, '/work/zeros'] },
      { argv: [...ZSTD, '-o', output, '/work/zeros'] },
    ],
  });
}
