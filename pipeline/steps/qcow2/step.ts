import type { Artifact } from '../../core/step.ts';
import type { DiskParts } from '../kit/disk-parts.ts';
import { type Tools, toolStep } from '../kit/tool.ts';

/**
 * Compressed qcow2 of the second version, which the oldest clouds read, of a disk that is never written: qemu-img reads it as the VMDK that
 * `flat-vmdk` describes. Without -W, which makes the order of clusters a matter of luck.
 */
export function compressedQcow2(
  tools: Tools,
  spec: {
    readonly title: string;
    readonly parts: DiskParts;
    readonly descriptor: Artifact<'text'>;
    readonly rest: Artifact<'file'>;
  },
): Artifact<'virtual-disk'> {
  return toolStep(tools, {
    kind: 'qcow2',
    title: spec.title,
    inputs: { ...spec.parts, descriptor: spec.descriptor, rest: spec.rest },
    output: { name: 'disk', kind: 'virtual-disk' },
    commands: ({ input, output }) => [
      {
        argv: [
          'qemu-img',
          'convert',
          '-f',
          'vmdk',
          '-O',
          'qcow2',
          '-c',
          '-o',
          'compat=0.10',
          '-m',
          '1',
          input('descriptor'),
          output,
        ],
      },
    ],
  });
}
