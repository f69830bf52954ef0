import type { Artifact } from '../../core/step.ts';
import { type Tools, toolStep } from '../kit/tool.ts';

/** An initramfs, which every boot reads, compressed as far as it goes. */
export function compressedInitrd(tools: Tools, title: string, cpio: Artifact<'cpio'>): Artifact<'initrd'> {
  return toolStep(tools, {
    kind: 'initrd',
    title,
    inputs: { cpio },
    output: { name: 'initrd', kind: 'initrd' },
    commands: ({ input, output }) => [
      { argv: ['zstd', '-19', '--quiet', '--single-thread', '--no-progress', '-o', output, input('cpio')] },
    ],
  });
}
