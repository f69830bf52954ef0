import type { Artifact, InputRef } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { packageNamed } from './packages.ts';
import { toolStep } from './tool-step.ts';

/** `modules` are in the image; nothing is loaded from disk. `prefix`: where it looks for its menu. `early`: what it runs before. */
export interface GrubCoreSpec {
  readonly title: string;
  readonly prefix: string;
  readonly modules: readonly string[];
  readonly early?: InputRef;
}

/** GRUB's core image for a BIOS. */
export function biosGrubCore(context: BuildContext, { title, prefix, modules, early }: GrubCoreSpec): Artifact<'file'> {
  return toolStep(context, {
    title,
    inputs: {
      ...(early ? { 'early.cfg': early } : {}),
      modules: packageNamed(context, 'grub', 'amd64', 'grub-pc-bin').data,
    },
    output: { name: 'core', kind: 'file' },
    commands: [
      { argv: ['tar', '-xf', '/in/modules', '-C', '/work'] },
      {
        argv: [
          'grub-mkimage',
          '-O',
          'i386-pc',
          '-d',
          '/work/usr/lib/grub/i386-pc',
          '-p',
          prefix,
          ...(early ? ['-c', '/in/early.cfg'] : []),
          '-o',
          '/out/core',
          ...modules,
        ],
      },
    ],
  });
}
