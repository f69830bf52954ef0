import type { Artifact } from '../../core/step.ts';
import { type Tools, toolStep } from '../kit/tool.ts';

/** ext4's journal keeps the size it was born with however far the file system grows. */
const JOURNAL_MIB = 64;

/** ext4 straight from the tar. Without a configuration file mke2fs takes what it was compiled with, never the host's. */
export function ext4(
  tools: Tools,
  spec: {
    readonly title: string;
    readonly label: string;
    readonly tar: Artifact<'tar'>;
    /** Arguments that follow from a plan: identities and size. */
    readonly ext4: Artifact<'text'>;
  },
): Artifact<'ext4'> {
  return toolStep(tools, {
    kind: 'ext4',
    title: spec.title,
    inputs: { tar: spec.tar, ext4: spec.ext4 },
    output: { name: 'ext4', kind: 'ext4' },
    commands: ({ input, output }) => [
      {
        argv: [
          'mke2fs',
          '-q',
          '-F',
          '-t',
          'ext4',
          '-T',
          'default',
          '-b',
          '4096',
          '-m',
          '1',
          '-J',
          `size=${JOURNAL_MIB}`,
          '-L',
          spec.label,
          '-d',
          input('tar'),
          output,
        ],
        words: input('ext4'),
        env: { MKE2FS_CONFIG: '/work/none' },
      },
    ],
  });
}
