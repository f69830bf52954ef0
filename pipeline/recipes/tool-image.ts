import type { Artifact, InputRef } from '../core/step.ts';
import type { LayerOptions } from '../steps/layer/step.ts';
import { asJson, type BuildContext } from './context.ts';
import { unpackedPackage } from './packages.ts';

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
export function toolImage(context: BuildContext, set: string): Artifact<'tool-image'> {
  return context.memo(`tool image ${set}`, () => {
    const inputs: { [name: string]: InputRef } = {};
    // Tools run on the build machine, which is amd64 whatever is built.
    const packages = context.packages(set, 'amd64');
    for (const pin of packages) {
      const unpacked = unpackedPackage(context, pin);
      inputs[`package/${pin.name}`] = unpacked.data;
      inputs[`control/${pin.name}`] = unpacked.control;
    }
    const options: LayerOptions = {
      packages: packages.map(({ name }) => ({ name })),
      drop: NOT_NEEDED,
      usrMergeLinks: ['bin', 'sbin', 'lib', 'lib64'],
      links: [{ path: 'etc/mtab', target: '../proc/self/mounts' }],
      files: [
        { path: 'etc/passwd', text: 'root:x:0:0:root:/work:/bin/sh\n' },
        { path: 'etc/group', text: 'root:x:0:\n' },
      ],
    };
    return context.graph.add({
      title: `tool image ${set}`,
      action: { type: 'builtin', writer: 'layer', options: asJson(options) },
      inputs,
      outputs: { tar: 'tool-image', contents: 'json' },
    }).tar;
  });
}
