import type { Artifact, InputRef } from '../../core/step.ts';
import { type Tools, toolStep } from '../kit/tool.ts';

/** GRUB's core image for a BIOS. */
export function grubCore(
  tools: Tools,
  spec: {
    readonly title: string;
    /** The files of Debian's package with GRUB's modules. */
    readonly package: Artifact<'tar'>;
    /** Where it looks for its menu. */
    readonly prefix: string;
    /** They are in the image; nothing is loaded from disk. */
    readonly modules: readonly string[];
    /** What it runs before its menu. */
    readonly early?: InputRef | undefined;
  },
): Artifact<'file'> {
  const { early } = spec;
  return toolStep(tools, {
    kind: 'grub-core',
    title: spec.title,
    inputs: { 'early.cfg': early, modules: spec.package },
    output: { name: 'core', kind: 'file' },
    commands: ({ input, output }) => [
      { argv: ['tar', '-xf', input('modules'), '-C', '/work'] },
      {
        argv: [
          'grub-mkimage',
          '-O',
          'i386-pc',
          '-d',
          '/work/usr/lib/grub/i386-pc',
          '-p',
          spec.prefix,
          ...(early ? ['-c', input('early.cfg')] : []),
          '-o',
          output,
          ...spec.modules,
        ],
      },
    ],
  });
}
