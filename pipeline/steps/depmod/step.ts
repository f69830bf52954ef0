import type { Artifact } from '../../core/step.ts';
import { type Tools, toolStep } from '../kit/tool.ts';

/** What depmod reads beside the modules: the writer `modules` brings it, it is no index. */
const LISTS = ['modules.builtin', 'modules.builtin.modinfo', 'modules.order'];

/** depmod's indices over exactly these modules, which are not written twice. */
export function moduleIndices(
  tools: Tools,
  spec: {
    readonly title: string;
    /** `uname -r`. */
    readonly release: string;
    /** Outputs of the step `modules`; `rest` where modules are in both. */
    readonly modules: Artifact<'tar'>;
    readonly rest?: Artifact<'tar'> | undefined;
  },
): Artifact<'tar'> {
  const { release, modules, rest } = spec;
  const folder = `usr/lib/modules/${release}`;
  const untar = (file: string) => ({ argv: ['tar', '-xf', file, '-C', '/work'] as const });
  return toolStep(tools, {
    kind: 'depmod',
    title: spec.title,
    inputs: { modules, rest },
    output: { name: 'tar', kind: 'tar' },
    commands: ({ input, output }) => [
      untar(input('modules')),
      ...(rest === undefined ? [] : [untar(input('rest'))]),
      { argv: ['depmod', '-b', '/work/usr', '-e', '-F', '/dev/null', release] },
      {
        argv: [
          'tar',
          '--format=posix',
          '--sort=name',
          '--owner=0',
          '--group=0',
          '--numeric-owner',
          '--mode=u=rwX,go=rX',
          '--mtime=@0',
          // Or each run gives other bytes.
          '--pax-option=delete=atime,delete=ctime',
          '--anchored',
          ...['kernel', ...LISTS].map((name) => `--exclude=${folder}/${name}`),
          '-cf',
          output,
          '-C',
          '/work',
          'usr',
        ],
      },
    ],
  });
}
