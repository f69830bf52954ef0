import type { Artifact } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { installedDisk } from './disk.ts';
import { debianKernel } from './kernel.ts';
import { composeLayer } from './layer.ts';
import { initrdBaseOf } from './system.ts';

/**
 * The disk that RancherOS is compared with (`npm run bench:peer`): Debian's packages of the set `peer` with systemd as PID 1, behind
 * the same kernel, boot loader and partitions. What its packages' scripts would have done stands in overlays/peer.
 */
export function peerDisk(context: BuildContext): Artifact<'disk'> {
  const kernel = debianKernel(context, 'amd64');
  const root = composeLayer(context, {
    name: 'peer',
    packages: context.packages('peer', 'amd64'),
    overlay: 'peer',
    trees: kernel.systemModules,
    options: {
      usrMergeLinks: ['bin', 'sbin', 'lib', 'lib64'],
      drop: ['usr/share/{man,info,locale,doc,lintian,bash-completion}', 'var/{lock,run}'],
      replaces: ['etc/**'],
    },
  });
  const initrdBase = initrdBaseOf(context, { arch: 'amd64', kernel, init: 'overlays/peer-initrd/init' });
  return installedDisk(
    context,
    { arch: 'amd64', kernel, initrdBase, medium: {} },
    { name: 'peer', append: 'rw console=ttyS0', state: root.tar, stateMiB: 2048 },
  ).raw;
}
