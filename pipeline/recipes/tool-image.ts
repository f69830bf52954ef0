import type { Artifact } from '../core/step.ts';
import type { Tools } from '../steps/kit/tool.ts';
import { toolImageOf } from '../steps/tool-image/step.ts';
import type { BuildContext } from './context.ts';
import { memoized } from './memoized.ts';
import { packageInputs } from './packages.ts';

/** Nothing of a tool reads these. */
const NOT_NEEDED = [
  'usr/share/man',
  'usr/share/info',
  'usr/share/locale',
  'usr/share/doc',
  'usr/share/bash-completion',
  'usr/share/lintian',
  'usr/share/gtk-doc',
];

/** A root file system of tools for steps to run in: the packages of a set, unpacked and joined; its tar's digest is its identity. */
export const toolImage = memoized((context: BuildContext, set: string): Artifact<'tool-image'> => {
  // Tools run on the build machine, which is amd64 whatever is built.
  const packages = context.packages(set, 'amd64');
  return toolImageOf(context.graph, {
    title: `tool image ${set}`,
    inputs: packageInputs(context, packages),
    options: {
      packages: packages.map(({ name }) => name),
      drop: NOT_NEEDED,
      usrMergeLinks: ['bin', 'sbin', 'lib', 'lib64'],
      links: [{ path: 'etc/mtab', target: '../proc/self/mounts' }],
      files: [
        { path: 'etc/passwd', text: 'root:x:0:0:root:/work:/bin/sh\n' },
        { path: 'etc/group', text: 'root:x:0:\n' },
      ],
    },
  });
});

/** Where steps that run the native tools of the set `tools` are added. */
export function toolsOf(context: BuildContext): Tools {
  return { graph: context.graph, image: toolImage(context, 'tools') };
}
